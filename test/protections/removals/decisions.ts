// biome-ignore-all lint/suspicious/noTemplateCurlyInString: text of the source, and of what Kargo evaluates.
/** Rows 23 to 30: what is decided, and what runs in the cluster (`runner.ts`). */
import type { HeldBy, Removal } from '../removal.ts'
import { removals as runner } from './runner.ts'

const OBSERVE = 'src/state/observe.ts'
const RECORD = 'src/state/record.ts'
const GOLDEN: HeldBy = { file: 'unit/kargo/golden.test.ts', title: '%s is as accepted before' }
const STEPS = 'src/kargo/tasks/rebuild-steps.ts'
const WAITS = 'src/kargo/tasks/rebuild-waits.ts'
const waiting = (title: string): HeldBy => ({ file: 'unit/kargo/rebuild-waiting.test.ts', title })

const dates: readonly Removal[] = [
  {
    threat: 23,
    without: 'a memory of the digests that a tag had',
    edits: [
      {
        file: OBSERVE,
        text: 'const isReturned = digest === baseline || digestsIn(before).includes(digest)',
        replacement: "const isReturned = digestsIn(before).includes('')",
      },
    ],
    failing: [
      { file: 'unit/state/observe.test.ts', title: 'that goes back to what it was is no update' },
      { file: 'unit/state/observe.test.ts', title: 'a tag that went back is told' },
    ],
  },
  {
    threat: 23,
    without: 'doubt about the date that an image gives itself',
    edits: [
      {
        file: OBSERVE,
        text: 'const isPlausible = created !== null && created > EARLIEST && created <= Date.parse(now)',
        replacement: 'const isPlausible = created !== null && EARLIEST > 0',
      },
    ],
    failing: [{ file: 'unit/state/observe.test.ts', title: '%s' }],
  },
  {
    threat: 23,
    without: 'an age that a digest must have in the cluster',
    edits: [
      {
        file: 'src/kargo/charts/rebuild-stage.ts',
        text: 'soakSeconds: minimumReleaseAge.seconds',
        replacement: 'soakSeconds: 0 * minimumReleaseAge.seconds',
      },
    ],
    failing: [
      {
        file: 'unit/kargo/rebuild-stage.test.ts',
        title: 'a digest must be %s old before Kargo gives it to the rebuild',
      },
      waiting('before the digest is old enough'),
    ],
  },
]

const deletions: readonly Removal[] = [
  {
    threat: 24,
    without: 'an empty images.yaml being an error',
    edits: [
      {
        file: 'src/enrollment/parse.ts',
        text: "      this.#add(path, 'key', 'no image is enrolled.', remedy)\n",
        replacement: "      if (path.length > 99) this.#add(path, 'key', 'no image is enrolled.', remedy)\n",
      },
    ],
    failing: [{ file: 'unit/pipeline/plan.test.ts', title: 'an empty images.yaml' }],
  },
  {
    threat: 24,
    without: 'a guard before Project and Namespace',
    edits: [
      {
        file: 'src/manifests/guard.ts',
        text: '.filter((change) => CONTAINERS.has(change.id.kind))',
        replacement: ".filter((change) => CONTAINERS.has('') && change.file !== '')",
      },
    ],
    failing: [{ file: 'unit/manifests/guard.test.ts', title: 'never go, whatever the limit' }],
  },
  {
    threat: 24,
    without: 'a limit to deletions',
    edits: [
      {
        file: 'src/manifests/guard.ts',
        text: 'if (removed.length > allowed) {',
        replacement: 'if (removed.length > allowed + 1_000_000) {',
      },
    ],
    failing: [
      { file: 'acceptance/commit-where.test.ts', title: 'deleting most of the factory needs max-deletions' },
      { file: 'unit/manifests/guard.test.ts', title: 'says how many, and what to do if it is meant' },
    ],
  },
  {
    threat: 24,
    without: 'a stop before anything is written',
    edits: [
      {
        file: 'src/pipeline.ts',
        text: '    if (plan.refused) return { plan, folder, sha: null }\n',
        replacement: '',
      },
    ],
    failing: [{ file: 'acceptance/commit-where.test.ts', title: 'deleting most of the factory needs max-deletions' }],
  },
]

const floods: readonly Removal[] = [
  {
    threat: 25,
    without: 'turns that differ',
    edits: [
      {
        file: 'src/kargo/charts/rebuild-stage.ts',
        text: 'minimumReleaseAge.seconds + spread(name, span)',
        replacement: 'minimumReleaseAge.seconds + 0 * spread(name, span)',
      },
    ],
    failing: [
      {
        file: 'unit/kargo/properties.test.ts',
        title: 'turns are spread over the whole window, after the age a digest must have',
      },
    ],
  },
  {
    threat: 25,
    without: 'waiting for the turn',
    edits: [{ file: WAITS, text: '+ int(vars.stagger ?? 0)', replacement: '+ 0 * int(vars.stagger ?? 0)' }],
    failing: [waiting('before its turn')],
  },
  {
    threat: 25,
    without: 'waiting for the delay',
    edits: [{ file: WAITS, text: '+ int(vars.rebuildDelay)', replacement: '- int(vars.rebuildDelay)' }],
    failing: [
      waiting('before rebuildDelay has passed since the last build that was good or may be'),
      {
        file: 'unit/kargo/rebuild-properties.test.ts',
        title: 'where builds are good, none is started before rebuildDelay is over but by an override or by hand',
      },
    ],
  },
  {
    threat: 25,
    without: 'the override naming this very digest',
    edits: [
      {
        file: WAITS,
        text: 'task.outputs.update.digest[7:] in configMap("rebuild-overrides")',
        replacement: 'configMap("rebuild-overrides")[task.outputs.update.digest[7:]] != nil',
      },
    ],
    failing: [waiting('by an override of another digest')],
  },
  {
    threat: 25,
    without: 'a dispatch being sent once',
    edits: [
      {
        file: 'src/kargo/tasks/rebuild-attempt.ts',
        text: 'retry: { timeoutSeconds: 3600 }',
        replacement: 'retry: { timeoutSeconds: 3600, errorThreshold: 3 }',
      },
    ],
    failing: [
      {
        file: 'unit/kargo/rebuild-faults.test.ts',
        title: 'a dispatch that was taken, but its answer is %s: the build is looked for and followed',
      },
    ],
  },
  {
    threat: 25,
    without: 'a memory of when the image was enrolled',
    edits: [{ file: STEPS, text: 'seen < int(vars.enrolledAt ?? 0) ? 0 : seen', replacement: 'seen' }],
    failing: [waiting('for what was seen before the image was enrolled: nothing is asked')],
  },
  {
    threat: 25,
    without: 'a baseline',
    edits: [
      { file: OBSERVE, text: 'baseline ?? current ?? digest, currentDigest', replacement: 'baseline, currentDigest' },
    ],
    failing: [
      {
        file: 'unit/state/observe.test.ts',
        title: 'begins with its baseline, which never changes and rebuilds nothing',
      },
    ],
  },
  {
    threat: 25,
    without: 'a baseline in the cluster',
    edits: [
      {
        file: 'src/kargo/tasks/observe-base-image.ts',
        text: '${IS_BASELINE} ? 0 : now().Unix()',
        replacement: '${IS_BASELINE} ? now().Unix() : now().Unix()',
      },
    ],
    failing: [
      GOLDEN,
      { file: 'unit/kargo/notice-tasks.test.ts', title: 'that was there from the start is seen at 0, and no news' },
      waiting('for what was there when the base was enrolled: nothing is asked'),
    ],
  },
  {
    threat: 25,
    without: 'a look for circles',
    edits: [
      {
        file: 'src/state/cycles.ts',
        text: 'return findCycles(builtOn).map(',
        replacement: 'return findCycles(new Map([...builtOn].slice(builtOn.size))).map(',
      },
    ],
    failing: [{ file: 'unit/state/cycles.test.ts', title: 'are an error that shows the circle, at its first image' }],
  },
]

const lookAlikes: readonly Removal[] = [
  {
    threat: 29,
    without: 'the beginning of a path being a whole part of it',
    edits: [
      {
        file: 'src/enrollment/registries.ts',
        text: 'repository.startsWith(`${start}/`)',
        replacement: 'repository.startsWith(start)',
      },
    ],
    failing: [
      {
        file: 'unit/state/merge.test.ts',
        title: 'is left out with a warning; an allowed beginning of a path is a whole part of it',
      },
      { file: 'unit/enrollment/wrong-files.test.ts', title: '%s' },
    ],
  },
  {
    threat: 29,
    without: 'one spelling of Docker Hub',
    edits: [
      {
        file: 'src/reference/image-reference.ts',
        text: 'if (registry !== DEFAULT_REGISTRY && registry !== LEGACY_REGISTRY) return',
        replacement: 'if (registry !== DEFAULT_REGISTRY && LEGACY_REGISTRY.length > 0) return',
      },
    ],
    failing: [{ file: 'unit/reference/image-reference.test.ts', title: '%s' }],
  },
  {
    threat: 29,
    without: 'plain letters in the hosts of images.yaml',
    edits: [
      {
        file: 'src/enrollment/grammar.ts',
        text: 'return text.length <= 259 && REGISTRY_HOST.test(text)',
        replacement: "return text.length <= 259 && REGISTRY_HOST.test(text.replace(/\\p{L}/gu, 'a'))",
      },
    ],
    failing: [{ file: 'unit/enrollment/grammar.test.ts', title: 'not %j' }],
  },
  {
    threat: 29,
    without: 'plain letters in the hosts of Dockerfiles',
    edits: [
      {
        file: 'src/reference/image-reference.ts',
        text: 'return /^[a-zA-Z0-9-]+$/.test(label) &&',
        replacement: 'return /^[\\p{L}0-9-]+$/u.test(label) &&',
      },
    ],
    failing: [{ file: 'unit/reference/image-reference.test.ts', title: '%s' }],
  },
  {
    threat: 29,
    without: 'a word on an image that is published elsewhere',
    edits: [
      {
        file: 'src/report/risks.ts',
        text: 'published === undefined\n',
        replacement: "published === undefined || published.before !== ''\n",
      },
    ],
    failing: [{ file: 'unit/report/risks.test.ts', title: '%j → %j' }],
  },
]

const tampered: readonly Removal[] = [
  {
    threat: 30,
    without: 'a look at what a digest is',
    edits: [{ file: RECORD, text: '/^sha256:[a-f0-9]{64}$/.test(value) ? value', replacement: "value !== '' ? value" }],
    failing: [
      { file: 'unit/state/bases.test.ts', title: 'the digest %s reaches no TrackedBase' },
      { file: 'unit/state/observe.test.ts', title: '%j is told, survives, and reaches nothing' },
    ],
  },
  {
    threat: 30,
    without: 'a look at what a moment is',
    edits: [
      {
        file: RECORD,
        text: 'if (text === null || !MOMENT.test(text)) return null',
        replacement: 'if (text === null || MOMENT.test(text) === null) return null',
      },
    ],
    failing: [{ file: 'unit/state/observe.test.ts', title: '%j is told, survives, and reaches nothing' }],
  },
  {
    threat: 30,
    without: 'a word on what was changed by hand',
    edits: [
      {
        file: 'src/state/files.ts',
        text: 'const insane = known === undefined ? [] : recordProblems(`${FOLDERS.bases}/${base.name}.yaml`, known, now)',
        replacement:
          'const insane = known === undefined ? [] : recordProblems(`${FOLDERS.bases}/${base.name}.yaml`, known, now).slice(99)',
      },
    ],
    failing: [{ file: 'unit/state/observe.test.ts', title: '%j is told, survives, and reaches nothing' }],
  },
]

export const removals: readonly Removal[] = [...dates, ...deletions, ...floods, ...runner, ...lookAlikes, ...tampered]
