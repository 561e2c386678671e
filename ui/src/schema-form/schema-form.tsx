import type { FormProps } from '@rjsf/core'
// Not from its index, which also exports what its own tests use, with a validator that the content policy forbids.
import getDefaultRegistry from '@rjsf/core/lib/getDefaultRegistry.js'
import withTheme from '@rjsf/core/lib/withTheme.js'
import type { ErrorSchema, FieldProps, RJSFSchema } from '@rjsf/utils'
import { useMemo } from 'react'
import { isFile, isFree, prepare } from './prepare'
import { pathOf, type Input, type Schema } from './schema'
import * as templates from './templates'
import { validator } from './validator'
import { BooleanWidget, CheckboxesWidget, FileField, JsonField, SelectWidget } from './widgets'

const { fields, widgets } = getDefaultRegistry()
const ObjectField = fields.ObjectField!
const ArrayField = fields.ArrayField!
const StringField = fields.StringField!
const Text = widgets.TextWidget!

// The input itself is not optional, though the library may take it for that when it is empty.
const objectField = (props: FieldProps) =>
  isFree(props.schema as Schema) ? <JsonField {...props} /> : <ObjectField {...props} required={props.required || !props.fieldPathId.path.length} />
const arrayField = (props: FieldProps) => (isFree(props.schema as Schema) ? <JsonField {...props} /> : <ArrayField {...props} />)
const stringField = (props: FieldProps) => (isFile(props.schema as Schema) ? <FileField {...props} /> : <StringField {...props} />)

const Form = withTheme<Input>({
  fields: { ObjectField: objectField, ArrayField: arrayField, StringField: stringField, FallbackField: JsonField },
  templates: {
    ArrayFieldItemTemplate: templates.ArrayFieldItemTemplate,
    ArrayFieldTemplate: templates.ArrayFieldTemplate,
    BaseInputTemplate: templates.BaseInputTemplate,
    CyclicSchemaExpandTemplate: templates.CyclicSchemaExpandTemplate,
    ErrorListTemplate: templates.Nothing,
    FieldErrorTemplate: templates.Nothing,
    FieldTemplate: templates.FieldTemplate,
    MultiSchemaFieldTemplate: templates.MultiSchemaFieldTemplate,
    ObjectFieldTemplate: templates.ObjectFieldTemplate,
    OptionalDataControlsTemplate: templates.OptionalDataControlsTemplate,
    UnsupportedFieldTemplate: templates.UnsupportedFieldTemplate,
  },
  widgets: { CheckboxWidget: BooleanWidget, RadioWidget: SelectWidget, SelectWidget, CheckboxesWidget, TextareaWidget: Text },
} as Partial<FormProps<Input>>)

const UI = {
  'ui:submitButtonOptions': { norender: true },
  'ui:globalOptions': { enableOptionalDataFieldForType: ['object', 'array'] as ('object' | 'array')[] },
}

type Props = {
  schema: Schema
  value: Input
  onChange: (value: Input) => void
  /** By JSON pointer, what is wrong. */
  faults: ReadonlyMap<string, string>
  disabled?: boolean
}

/** A form for an input, by its schema. Nothing is checked in here: faults come from outside and stand at their fields. */
export default function SchemaForm({ schema, value, onChange, faults, disabled }: Props) {
  const prepared = useMemo(() => prepare(schema) as RJSFSchema, [schema])
  const extraErrors = useMemo(() => errorsOf(faults), [faults])
  return (
    <Form
      tagName="div"
      idPrefix="input"
      schema={prepared}
      uiSchema={UI}
      validator={validator}
      formData={value}
      extraErrors={extraErrors}
      disabled={disabled}
      noValidate
      showErrorList={false}
      experimental_defaultFormStateBehavior={{ emptyObjectFields: 'skipDefaults', arrayMinItems: { populate: 'never' }, constAsDefaults: 'never' }}
      onChange={({ formData }) => onChange(formData ?? {})}
    />
  )
}

function errorsOf(faults: ReadonlyMap<string, string>): ErrorSchema<Input> {
  const root: ErrorNode = {}
  for (const [pointer, detail] of faults) {
    let node = root
    for (const part of pathOf(pointer)) node = (node[part] ??= {}) as ErrorNode
    ;(node.__errors ??= []).push(detail)
  }
  return root as ErrorSchema<Input>
}

type ErrorNode = { __errors?: string[]; [name: string]: unknown }
