import { cx } from './classes'

/** A place holder of the height that the real thing will have. */
export const Skeleton = ({ className }: { className?: string }) => (
  <div aria-hidden className={cx('animate-pulse rounded bg-sunk', className ?? 'h-4 w-full')} />
)

/** Lines of text that are still coming. */
export const SkeletonLines = ({ count = 3 }: { count?: number }) => (
  <div className="space-y-2.5 py-1" role="status" aria-label="Loading">
    {Array.from({ length: count }, (_, line) => (
      <Skeleton key={line} className={cx('h-4', line % 3 === 2 ? 'w-2/3' : 'w-full')} />
    ))}
  </div>
)
