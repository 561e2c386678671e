import { useQuery } from '@tanstack/react-query'
import { Link, Outlet, useLocation } from '@tanstack/react-router'
import { LogOut, Menu, Search, X } from 'lucide-react'
import { lazy, Suspense, useDeferredValue, useEffect, useState } from 'react'
import { allows, healthQuery, meQuery } from '@/api/queries'
import { Button } from '@/components/button'
import { cx } from '@/components/classes'
import { Chip } from '@/components/state'
import icon from '@/icon.svg'
import { EnvironmentBadge, EnvironmentStripe } from './environment'
import { NAVIGATION } from './navigation'
import { signOut, useSession } from './session'

const loadPalette = () => import('./palette')
const Palette = lazy(loadPalette)

/** The frame of every screen: where one is, where one can go, as whom. */
export function Shell() {
  const [isSearching, setSearching] = useState(false)
  const [isMenuOpen, setMenuOpen] = useState(false)
  const isFramed = useDeferredValue(true, false) // the frame first; then what is in it, piece by piece
  const path = useLocation({ select: (location) => location.pathname })
  useEffect(() => setMenuOpen(false), [path])
  useEffect(() => {
    const open = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault()
        setSearching(true)
      }
    }
    addEventListener('keydown', open)
    const idle = setTimeout(() => void loadPalette().catch(() => undefined), 2000)
    return () => {
      removeEventListener('keydown', open)
      clearTimeout(idle)
    }
  }, [])
  return (
    <div className="min-h-dvh lg:grid lg:grid-cols-[14rem_minmax(0,1fr)]">
      <a href="#main" onClick={skip} className="sr-only z-50 rounded-md bg-accent px-3 py-2 text-on-accent focus:not-sr-only focus:fixed focus:top-2 focus:left-2">
        Skip to the page
      </a>
      <EnvironmentStripe />
      <header className="sticky top-0 z-30 border-b border-line bg-ground lg:h-dvh lg:border-r lg:border-b-0">
        <div className="flex h-full flex-col">
          <div className="flex h-12 shrink-0 items-center gap-2 px-3 lg:mt-1">
            <Link to="/integrations" className="flex items-center gap-2 rounded px-1 font-semibold tracking-tight">
              <img src={icon} alt="" width="20" height="20" />
              Waygate
            </Link>
            <EnvironmentBadge />
            <span className="flex-1" />
            <Button look="quiet" size="icon" className="lg:hidden" aria-label="Search" onClick={() => setSearching(true)}>
              <Search aria-hidden className="size-4" />
            </Button>
            <Button
              look="quiet"
              size="icon"
              className="lg:hidden"
              aria-label="Menu"
              aria-expanded={isMenuOpen}
              aria-controls="navigation"
              onClick={() => setMenuOpen(!isMenuOpen)}
            >
              {isMenuOpen ? <X aria-hidden className="size-4" /> : <Menu aria-hidden className="size-4" />}
            </Button>
          </div>
          <div id="navigation" className={cx('min-h-0 flex-1 flex-col gap-2 px-2 pb-3 lg:flex', isMenuOpen ? 'flex' : 'hidden')}>
            {isFramed && <Navigation onSearch={() => setSearching(true)} />}
          </div>
        </div>
      </header>
      <main id="main" tabIndex={-1} className="mx-auto w-full max-w-[82rem] min-w-0 px-4 pt-4 pb-16 sm:px-6 lg:pt-6">
        {isFramed && <Outlet />}
      </main>
      <Suspense>{isSearching && <Palette onClose={() => setSearching(false)} />}</Suspense>
    </div>
  )
}

/** The side bar below its head; on a phone, what the menu opens. */
function Navigation({ onSearch }: { onSearch: () => void }) {
  return (
    <>
      <button
        type="button"
        onClick={onSearch}
        className="mx-1 hidden h-8 items-center gap-2 rounded-md border border-edge/50 bg-raised px-2 text-sm text-muted hover:bg-sunk lg:flex"
      >
        <Search aria-hidden className="size-3.5" />
        <span className="flex-1 text-left">Search</span>
        <kbd className="font-sans text-xs">Ctrl K</kbd>
      </button>
      <nav aria-label="Main" className="flex-1 overflow-y-auto">
        <ul className="space-y-px p-1">
          {NAVIGATION.map(({ to, label, icon: Icon }) => (
            <li key={to}>
              <Link
                to={to}
                className="flex h-8 items-center gap-2.5 rounded-md px-2 text-sm text-muted hover:bg-sunk hover:text-text"
                activeProps={{ className: 'bg-tint! text-text! font-medium' }}
              >
                <Icon aria-hidden className="size-4" />
                {label}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <Identity />
    </>
  )
}

function skip(event: React.MouseEvent) {
  event.preventDefault() // the hash is the address of a screen
  document.getElementById('main')?.focus()
}

function Identity() {
  const session = useSession()
  const { data: me } = useQuery(meQuery())
  const { data: health } = useQuery(healthQuery())
  const isReadOnly = me && !allows(me.scopes, 'registry:write') && !allows(me.scopes, 'connections:write')
  return (
    <div className="min-h-17 border-t border-line px-2 pt-3 text-xs text-muted">
      <div className="flex items-center gap-2">
        <div className="min-w-0 flex-1">
          <p className="truncate font-medium text-text" title={me && `Key ${me.key_id}`}>
            {me ? me.name : ' '}
          </p>
          <p className="truncate">{me ? `Workspace ${me.workspace}` : ' '}</p>
        </div>
        <Button look="quiet" size="icon" onClick={() => signOut('left')} aria-label="Sign out" title={session?.source === 'config' ? 'Sign out, or use another key' : 'Sign out'}>
          <LogOut aria-hidden className="size-4" />
        </Button>
      </div>
      <p className="mt-1 flex flex-wrap items-center gap-1.5">
        {isReadOnly && (
          <Chip className="text-text!" title="This key can look at everything and change nothing.">
            Read-only key
          </Chip>
        )}
        <span>{health ? `Version ${health.version}` : ' '}</span>
      </p>
    </div>
  )
}
