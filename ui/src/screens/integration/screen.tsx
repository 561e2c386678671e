import { Outlet } from '@tanstack/react-router'
import { Page } from '@/components/page'

export function Integration() {
  return (
    <Page title="Integration">
      <Outlet />
    </Page>
  )
}
