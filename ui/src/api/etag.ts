/** The entity tag of a version, for `If-Match`: a change is refused where somebody else has changed the same since. */
export const etagOf = ({ version }: { version: number }) => `"v${version}"`
