import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { wholeActionQuery } from '@/api/queries'
import { Page } from '@/components/page'
import { ProblemNotice } from '@/components/problem'
import { SkeletonLines } from '@/components/skeleton'
import { DeleteAction } from './delete-action'
import { EditForm } from './edit-form'
import { route } from './route'

/** All that an action is, to be changed by hand. */
export function EditAction() {
  const { integration, action } = route.useParams()
  const { data, error, refetch } = useQuery({ ...wholeActionQuery(integration, action), staleTime: Infinity })
  return (
    <Page
      title={`Edit ${data?.title || action}`}
      trail={
        <>
          <Link to="/integrations/$integration" params={{ integration }} className="hover:underline">
            {integration}
          </Link>
          <span aria-hidden>/</span>
          <Link to="/integrations/$integration/actions/$action" params={{ integration, action }} className="hover:underline">
            {action}
          </Link>
        </>
      }
    >
      {error ? (
        <ProblemNotice error={error} retry={() => void refetch()} />
      ) : data ? (
        <div className="space-y-6">
          <EditForm key={data.version} action={data} />
          <DeleteAction action={data} />
        </div>
      ) : (
        <SkeletonLines count={20} />
      )}
    </Page>
  )
}
