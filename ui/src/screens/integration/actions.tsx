export const Actions = () => null
