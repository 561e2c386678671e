import type { RJSFSchema, ValidatorType } from '@rjsf/utils'
import { createCheck } from './validate'
import type { Schema } from './schema'

const checks = new WeakMap<object, ReturnType<typeof createCheck>>()

/** The checks of a schema within a root whose `$defs` it may refer to. */
function checkOf(schema: RJSFSchema, root: RJSFSchema) {
  let check = checks.get(schema)
  if (!check) {
    check = createCheck({ ...(schema as Schema), ...(root.$defs ? { $defs: root.$defs as Schema['$defs'] } : {}) })
    checks.set(schema, check)
  }
  return check
}

/**
 * What the form library asks of a validator, without `eval` (the content policy allows none): which alternative a
 * value fits. Faults are found by the screen and handed to the form, so that its own and the API's look the same.
 */
export const validator: ValidatorType = {
  isValid: (schema, value, root) => checkOf(schema, root)(value).length === 0,
  validateFormData: () => ({ errors: [], errorSchema: {} }),
  rawValidation: () => ({ errors: [] }),
}
