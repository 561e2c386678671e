import { Page } from '@/components/page'

export function Job() {
  return <Page title="Job">{null}</Page>
}
