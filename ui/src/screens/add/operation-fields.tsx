import { Field, Input, Select } from '@/components/field'
import { METHODS, type Operation } from './first-action'

type Props = { value: Operation; onChange: (value: Operation) => void; optional?: boolean; hint: string; fault: string | undefined }

/** The method and the path that an action begins with. */
export function OperationFields({ value, onChange, optional, hint, fault }: Props) {
  return (
    <div className="grid gap-4 sm:grid-cols-[8rem_minmax(0,1fr)]">
      <Field label="Method">
        {(control) => (
          <Select {...control} value={value.method} onChange={(event) => onChange({ ...value, method: event.target.value as Operation['method'] })}>
            {METHODS.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </Select>
        )}
      </Field>
      <Field label="Path" optional={optional} hint={hint} error={fault}>
        {(control) => <Input {...control} value={value.path} onChange={(event) => onChange({ ...value, path: event.target.value })} placeholder="/users/{id}" className="font-mono" />}
      </Field>
    </div>
  )
}
