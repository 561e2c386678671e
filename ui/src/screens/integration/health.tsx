export const Health = () => null
