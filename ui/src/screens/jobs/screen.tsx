import { Page } from '@/components/page'

export function Jobs() {
  return <Page title="Jobs">{null}</Page>
}
