import { code, type Expression, expression, filled } from '../constructs/expression.js'
import type { HttpRequest } from '../constructs/steps.js'

/** When the Promotion was created: its name holds a ULID, whose first ten characters are milliseconds in base 32. */
export const CREATED_AT = expression(
  'int(reduce(split(split(ctx.promotion, ".")[-2][:10], ""), #acc * 32 + indexOf("0123456789abcdefghjkmnpqrstvwxyz", #), 0) / 1000)',
)

/**
 * Waits until about `vars.at` by asking the cluster's own API for any answer at all: only the time counts, and no forge is
 * asked.
 *
 * @param isOver when the wait ends.
 * @param pollSeconds the longest time between two looks; Kargo's shortest is 10.
 */
export function clockRequest(isOver: Expression, pollSeconds: number): HttpRequest {
  return {
    url: filled`vars.clock ?? "https://kubernetes.default.svc/livez"`,
    insecureSkipTLSVerify: true,
    pollInterval: code`${filled`max(10, min(${pollSeconds}, vars.at - now().Unix()))`}s`,
    // In parentheses it stays a text, which is what Kargo wants there.
    successExpression: code`(${filled`${isOver}`})`,
  }
}
