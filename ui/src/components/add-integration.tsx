import { Link } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import { Button } from './button'

/** The way to a new integration, for screens on which one would look for it. */
export const AddIntegration = () => (
  <Button look="primary" asChild needs="registry:write">
    <Link to="/add">
      <Plus aria-hidden className="size-4" />
      Add an integration
    </Link>
  </Button>
)
