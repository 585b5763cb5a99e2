/**
 * A duration as Go prints it (`168h0m0s`): Kargo's webhook stores this form, so any other would show as drift.
 *
 * @param seconds whole, not negative.
 */
export function goDuration(seconds: number): string {
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor((seconds % 3600) / 60)
  const rest = `${seconds % 60}s`
  if (hours > 0) return `${hours}h${minutes}m${rest}`
  return minutes > 0 ? `${minutes}m${rest}` : rest
}
