import { Page } from '@/components/page'

export function Invocations() {
  return <Page title="Invocations">{null}</Page>
}
