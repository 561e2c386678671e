import { Page } from '@/components/page'

export function Connections() {
  return <Page title="Connections">{null}</Page>
}
