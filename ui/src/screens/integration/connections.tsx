export const Connections = () => null
