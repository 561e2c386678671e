import { Page } from '@/components/page'

export function ApiKeys() {
  return <Page title="API keys">{null}</Page>
}
