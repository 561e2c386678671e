import { Page } from '@/components/page'

export function Draft() {
  return <Page title="Draft">{null}</Page>
}
