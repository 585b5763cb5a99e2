/** Rows 23 to 30: what is decided, and what runs in the cluster. */
import { type Removal, testsOf } from '../removal.ts'

const observe = testsOf('unit/state/observe.test.ts')
const waiting = testsOf('unit/kargo/rebuild-waiting.test.ts')
const guard = testsOf('unit/manifests/guard.test.ts')
const injection = testsOf('acceptance/log-injection.test.ts')
const analysis = testsOf('unit/kargo/analysis.test.ts')

const dates: Removal = {
  threat: 23,
  without: 'a memory of digests, doubt about dates, and an age that a digest must have',
  edits: [
    {
      name: 'observeBase',
      by: (original, before, facts, look) =>
        before === undefined
          ? original(before, facts, look)
          : original(
              { ...before, baselineDigest: before.currentDigest, previousDigest: null, updateHistory: [] },
              facts,
              look,
            ),
    },
    {
      name: 'observeImage',
      by: (original, before, facts, now) => ({ ...original(before, facts, now), lastBuilt: facts.created }),
    },
    {
      name: 'addRebuildStage',
      by: (original, scope, props) => {
        const enrollment = { ...props.image.enrollment, minimumReleaseAge: { text: '0', seconds: 0 } }
        return original(scope, { ...props, image: { ...props.image, enrollment } })
      },
    },
  ],
  failing: [
    observe('that goes back to what it was is no update'),
    observe('a tag that went back is told'),
    observe('%s'),
    {
      file: 'unit/kargo/rebuild-stage.test.ts',
      title: 'a digest must be %s old before Kargo gives it to the rebuild',
    },
    waiting('before the digest is old enough'),
  ],
}

const deletions: Removal = {
  threat: 24,
  without: 'an empty images.yaml being an error, and a guard before deletions',
  edits: [
    { name: 'parseImagesFile', by: (original, ...args) => ({ ...original(...args), problems: [] }) },
    { name: 'guardDeletions', by: () => [] },
  ],
  failing: [
    { file: 'unit/pipeline/plan.test.ts', title: 'an empty images.yaml' },
    guard('never go, whatever the limit'),
    guard('says how many, and what to do if it is meant'),
    { file: 'acceptance/commit-where.test.ts', title: 'deleting most of the factory needs max-deletions' },
  ],
}

const floods: Removal = {
  threat: 25,
  without: 'waits, baselines and dispatches that are sent once',
  edits: [
    { name: 'spread', by: () => 0 },
    {
      name: 'waitUntil',
      by: (original, as, policy, { if: when, at }) =>
        original(as, policy, { if: when, at: Reflect.construct(at.constructor, ['${{ 0 }}']) }),
    },
    {
      name: 'clockRequest',
      by: (original, isOver, pollSeconds) => {
        const anybody = `${isOver.text} || len(configMap("rebuild-overrides")) > 0`
        return original(Reflect.construct(isOver.constructor, [anybody]), pollSeconds)
      },
    },
    {
      name: 'stepDraft',
      by: (original, step) => {
        const expression = (like: object, text: string) => Reflect.construct(like.constructor, [text])
        if (/^dispatch/.test(step.as)) return original({ ...step, retry: { ...step.retry, errorThreshold: 3 } })
        if (step.as === 'update') {
          const { since } = step.config
          const changed = expression(since, since.text.replaceAll('vars.enrolledAt', 'nil'))
          return original({ ...step, config: { ...step.config, since: changed } })
        }
        if (step.as !== 'observed') return original(step)
        const [update] = step.config.updates
        const values = { observedAt: expression(update.values.observedAt, '${{ now().Unix() }}') }
        return original({ ...step, config: { updates: [{ ...update, values }] } })
      },
    },
    {
      name: 'observeBase',
      by: (original, before, facts, look) => {
        const { record, event } = original(before, facts, look)
        return { record: { ...record, baselineDigest: before?.baselineDigest ?? null }, event }
      },
    },
    { name: 'findCycles', by: () => [] },
  ],
  failing: [
    {
      file: 'unit/kargo/properties.test.ts',
      title: 'turns are spread over the whole window, after the age a digest must have',
    },
    waiting('before its turn'),
    waiting('before rebuildDelay has passed since the last build that was good or may be'),
    {
      file: 'unit/kargo/rebuild-properties.test.ts',
      title: 'where builds are good, none is started before rebuildDelay is over but by an override or by hand',
    },
    waiting('by an override of another digest'),
    {
      file: 'unit/kargo/rebuild-faults.test.ts',
      title: 'a dispatch that was taken, but its answer is %s: the build is looked for and followed',
    },
    waiting('for what was seen before the image was enrolled: nothing is asked'),
    observe('begins with its baseline, which never changes and rebuilds nothing'),
    { file: 'unit/kargo/golden.test.ts', title: '%s is as accepted before' },
    { file: 'unit/kargo/notice-tasks.test.ts', title: 'that was there from the start is seen at 0, and no news' },
    waiting('for what was there when the base was enrolled: nothing is asked'),
    { file: 'unit/state/cycles.test.ts', title: 'are an error that shows the circle, at its first image' },
  ],
}

const commands: Removal = {
  threat: 26,
  without: 'defusing what the runner obeys, and the toolkit for annotations and outputs',
  edits: [
    { name: 'safe', in: 'action/', by: (_, text) => text },
    {
      name: 'annotate',
      by: (_, problems) => {
        for (const { severity, message } of problems) process.stdout.write(`::${severity}::${message}\n`)
      },
    },
    {
      name: 'setOutputs',
      by: (original, outputs) => {
        original(outputs)
        const { appendFileSync } = process.getBuiltinModule('node:fs')
        appendFileSync(process.env.GITHUB_OUTPUT ?? '', `commit-sha=${outputs.commitSha}\n`)
      },
    },
  ],
  failing: [
    { file: 'unit/action/log.test.ts', title: 'give no text of a file to the runner as a command' },
    { file: 'unit/action/log.test.ts', title: 'gives the runner no commands out of a text' },
    injection('of servers, on a push'),
    injection('an output is one output, whatever a server puts into it'),
  ],
}

const jobs: Removal = {
  threat: 27,
  without: 'hardening the Jobs that check an image',
  edits: [
    {
      name: 'jobDraft',
      by: (original, job) => {
        const { activeDeadlineSeconds: _, ...draft } = original(job)
        const { containers, volumes, ...spec } = draft.template.spec
        const [container] = containers
        const text = (one: string) => one.replace('$(IMAGE)@$(DIGEST)', '{{args.image}}@{{args.digest}}')
        const changed = {
          ...container,
          args: container.args.map(text),
          env: [...container.env].reverse(),
          securityContext: {},
        }
        return {
          ...draft,
          template: {
            spec: {
              ...spec,
              automountServiceAccountToken: true,
              securityContext: {},
              containers: [changed],
              volumes: volumes.map((one: object) => ('emptyDir' in one ? { ...one, emptyDir: {} } : one)),
            },
          },
        }
      },
    },
    {
      name: 'addChecks',
      by: (original, scope, ...args) => {
        original(scope, ...args)
        for (const child of scope.node.children) {
          const { automountServiceAccountToken: _, ...manifest } = child.toJson()
          if (manifest.kind === 'ServiceAccount') child.toJson = () => manifest
        }
      },
    },
    { name: 'asVariable', by: (_, text) => text },
    {
      name: 'SCAN_DOCKERFILE',
      by: (script) =>
        script.replace(
          /git cat-file blob [^;]*/,
          'eval "git --work-tree=$TMPDIR/check checkout --quiet FETCH_HEAD -- \\"$DOCKERFILE\\" && cp \\"$TMPDIR/check/$DOCKERFILE\\" $TMPDIR/check.1" && rm -r "$TMPDIR/check" && mkdir "$TMPDIR/check" && mv "$TMPDIR/check.1" "$TMPDIR/check/Dockerfile"',
        ),
    },
  ],
  failing: [
    analysis('runs as nobody, with nothing of the cluster, and ends'),
    analysis('takes its arguments as variables, each of them, and nothing else between braces'),
    analysis('the account of the checks has no token'),
    analysis('has bounds for memory, processor and disk, and writes to two empty folders only'),
    analysis('the token for sources comes after what it must not be put into, and need not be there'),
    analysis('a path is a path, whatever Kubernetes would make of its dollars'),
    analysis('fails for %s'),
    analysis('takes no path for an option, and follows no link'),
  ],
}

const caches: Removal = {
  threat: 28,
  without: 'keeping nothing between runs',
  edits: [
    {
      name: 'rememberAnswers',
      by: (original, client) => {
        const { writeFileSync } = process.getBuiltinModule('node:fs')
        writeFileSync('/dev/null', 'answers')
        return original(client)
      },
    },
    {
      file: '.github/workflows/test.yml',
      find: /package-manager-cache: false/,
      by: 'package-manager-cache: true',
    },
    { name: 'StateCheckouts.remove', by: () => undefined },
  ],
  failing: [
    {
      file: 'unit/structure/execution.test.ts',
      title: 'writes to disk in few places, each below a folder it was given',
    },
    {
      file: 'unit/structure/supply-chain.test.ts',
      title: 'restores nothing that another run left in a cache',
    },
    { file: 'acceptance/commit.test.ts', title: 'leaves nothing in the temporary folder but its reports' },
  ],
}

const lookAlikes: Removal = {
  threat: 29,
  without: 'a look at where an image comes from',
  edits: [
    { name: 'isAllowedRegistry', by: () => true },
    { name: 'isRegistryHost', by: () => true },
    { name: 'registryProblem', in: 'reference/', by: () => null },
    { name: 'gatesOf', by: () => [] },
  ],
  failing: [
    {
      file: 'unit/state/merge.test.ts',
      title: 'is left out with a warning; an allowed beginning of a path is a whole part of it',
    },
    { file: 'unit/enrollment/wrong-files.test.ts', title: '%s' },
    { file: 'unit/enrollment/grammar.test.ts', title: 'not %j' },
    { file: 'unit/reference/image-reference.test.ts', title: '%s' },
    { file: 'unit/report/gates.test.ts', title: '%s: %j → %j' },
  ],
}

const tampered: Removal = {
  threat: 30,
  without: 'a look at what state files say',
  edits: [
    { name: 'digestOf', in: 'state/', by: (_, record, key) => record?.[key] ?? null },
    { name: 'recordWarnings', by: () => [] },
  ],
  failing: [
    { file: 'unit/state/bases.test.ts', title: 'the digest %s reaches no TrackedBase' },
    observe('%j is told, survives, and reaches nothing'),
  ],
}

export const cluster: readonly Removal[] = [dates, deletions, floods, commands, jobs, caches, lookAlikes, tampered]
