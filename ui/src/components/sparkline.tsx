/** Bars over time, faults on top in another shade. The numbers are beside it in words, so it is hidden from readers. */
export function Sparkline({ values, faults, label }: { values: readonly number[]; faults?: readonly number[]; label?: string }) {
  const top = Math.max(1, ...values)
  const height = 20
  return (
    <svg
      aria-hidden={label ? undefined : true}
      role={label ? 'img' : undefined}
      aria-label={label}
      viewBox={`0 0 ${values.length * 4} ${height}`}
      preserveAspectRatio="none"
      className="h-5 w-24"
    >
      {values.map((value, index) => {
        const full = value ? Math.max(1.5, (value / top) * height) : 0.75
        const bad = value ? ((faults?.[index] ?? 0) / value) * full : 0
        return (
          <g key={index}>
            <rect x={index * 4} y={height - full} width="3" height={full} className={value ? 'fill-accent' : 'fill-line'} />
            {bad > 0 && <rect x={index * 4} y={height - full} width="3" height={Math.max(1, bad)} className="fill-bad" />}
          </g>
        )
      })}
    </svg>
  )
}
