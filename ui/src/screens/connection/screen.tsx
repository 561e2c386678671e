import { Page } from '@/components/page'

export function Connection() {
  return <Page title="Connection">{null}</Page>
}
