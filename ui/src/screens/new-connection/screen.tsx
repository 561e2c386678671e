import { Page } from '@/components/page'

export function NewConnection() {
  return <Page title="New connection">{null}</Page>
}
