import { Page } from '@/components/page'

export function Add() {
  return <Page title="Add an integration">{null}</Page>
}
