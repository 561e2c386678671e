import { Page } from '@/components/page'

export function Invocation() {
  return <Page title="Invocation">{null}</Page>
}
