import { Page } from '@/components/page'

export function Action() {
  return <Page title="Action">{null}</Page>
}
