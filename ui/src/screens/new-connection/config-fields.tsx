import type { Shape } from '@/api/client'
import { Field, Input, Select } from '@/components/field'

type Props = {
  fields: Record<string, Shape['ConfigField']>
  value: Record<string, string>
  onChange: (value: Record<string, string>) => void
  faults: Map<string, string>
}

/** What the API needs to know of the account besides its credential: a subdomain, a region. */
export function ConfigFields({ fields, value, onChange, faults }: Props) {
  const names = Object.entries(fields)
  if (!names.length) return null
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      {names.map(([name, field]) => {
        const change = (text: string) => onChange({ ...value, [name]: text })
        return (
          <Field key={name} label={name.replaceAll('_', ' ')} hint={field.description} optional={field.default != null} error={faults.get(`/config/${name}`)}>
            {(control) =>
              field.enum?.length ? (
                <Select {...control} value={value[name] ?? field.default ?? ''} onChange={(event) => change(event.target.value)}>
                  {field.default == null && <option value="">Choose one</option>}
                  {field.enum.map((one) => (
                    <option key={one}>{one}</option>
                  ))}
                </Select>
              ) : (
                <Input {...control} value={value[name] ?? ''} placeholder={field.default ?? undefined} onChange={(event) => change(event.target.value)} />
              )
            }
          </Field>
        )
      })}
    </div>
  )
}
