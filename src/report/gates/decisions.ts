// Every key, with the effect of a change: dangerous when and with what consequence, or harmless and why. A test walks
// the schema and requires a decision for each key.
import { PROVIDERS } from '../../forges/index.js'
import {
  added,
  anyChange,
  changed,
  type Rule,
  replaced,
  shortened,
  shortenedList,
  turnedOff,
  turnedOn,
  weakened,
  widened,
  widenedRegistries,
} from './rules.js'

/** What a gate protects, in the order of review. */
export const GATE_KINDS = ['deployed', 'destination', 'agreement', 'checks', 'builds'] as const

/** A key whose changes must be reviewed carefully. */
export interface GateRule {
  readonly kind: (typeof GATE_KINDS)[number]
  readonly isDangerous: Rule
  /** The consequence, as a sentence without a period. */
  readonly meaning: string
}

function gate(kind: GateRule['kind'], isDangerous: Rule, meaning: string): GateRule {
  return { kind, isDangerous, meaning }
}

const harmless = (why: string) => ({ harmless: why })

/** The key is an alias of that one, which is compared. */
const readAs = (key: string) => ({ readAs: key })

type Decisions = Readonly<Record<string, GateRule | ReturnType<typeof harmless> | ReturnType<typeof readAs>>>

const STARTED_AT_FORGE = "Rebuilds are started in a different place, with the factory's token"
const NO_EFFECT = 'has no effect here'
const CATALOG = 'is only shown in the catalog'
const DISCOVERY =
  'decides which base images count, and changes no build; the resulting base images have their own table'

/** Keys of an entry: maps by dots, `[]` any item of a list, `*` any key of a map. */
export const ENTRY_DECISIONS: Decisions = {
  name: harmless('another name is another image: one joins, one leaves'),
  enabled: harmless('what is switched on is reviewed like a new entry, what is switched off is a deletion'),
  description: harmless('is free text'),

  repository: gate('deployed', replaced, 'A different image is watched, checked, and deployed'),
  registry: readAs('repository'),
  repoURL: readAs('repository'),
  'tags.strategy': gate('deployed', changed, 'A different tag can be the newest one, and is deployed'),
  'tags.constraint': gate('deployed', anyChange, 'Other versions can be deployed'),
  'tags.allow': gate('deployed', widened, 'Tags that were ignored can be deployed'),
  'tags.discoveryLimit': harmless('The newest tag stays the first of the list, however long it is'),
  allowTags: readAs('tags.allow'),
  imageSelectionStrategy: readAs('tags.strategy'),

  environments: gate('agreement', shortenedList, 'It no longer has to pass the environments that came before'),
  'environments[].name': gate('destination', changed, 'It is promoted into an environment that is new for it'),
  'environments[].auto': gate('agreement', turnedOn, 'Promoted automatically'),
  'environments[].soak': gate('agreement', shortened, 'Promoted sooner: less time to notice a bad version'),
  'environments[].pullRequest': gate('agreement', turnedOff, 'Pushed directly: the change is not reviewed'),
  'environments[].updates': gate(
    'destination',
    changed,
    'Promotion also changes this place, with the credentials for it',
  ),
  'environments[].updates[].provider': gate(
    'destination',
    changed,
    'Promotion changes a repository on a different forge',
  ),
  'environments[].updates[].repo': gate('destination', changed, 'Promotion changes a different repository'),
  'environments[].updates[].branch': gate('destination', changed, 'Promotion changes a different branch'),
  'environments[].updates[].path': gate('destination', changed, 'Promotion changes a different file'),
  'environments[].updates[].type': gate('destination', changed, 'Promotion changes the file in a different way'),
  'environments[].updates[].key': gate('destination', changed, 'Promotion changes a different value in the file'),
  'environments[].updates[].value': gate(
    'deployed',
    (before) => before === 'digest',
    'No longer pinned by digest: the tag decides what runs',
  ),
  updates: readAs('environments[].updates'),
  'updates[].provider': readAs('environments[].updates[].provider'),
  'updates[].repo': readAs('environments[].updates[].repo'),
  'updates[].branch': readAs('environments[].updates[].branch'),
  'updates[].path': readAs('environments[].updates[].path'),
  'updates[].type': readAs('environments[].updates[].type'),
  'updates[].key': readAs('environments[].updates[].key'),
  'updates[].value': readAs('environments[].updates[].value'),

  autoRebuild: gate('agreement', turnedOn, 'Rebuilt automatically from now on'),
  minimumReleaseAge: gate('agreement', shortened, 'New base images are used sooner after their release'),
  rebuildDelay: harmless('changes how often it is rebuilt, not what is built or deployed'),
  rebuildOn: harmless(DISCOVERY),
  rebuildOnEnrollment: harmless(
    'starts one build at most, of an image that is provably behind; autoRebuild still holds it',
  ),
  bases: harmless(DISCOVERY),
  quarantine: readAs('minimumReleaseAge'),

  analysis: gate('checks', turnedOff, 'Nothing is checked before promotion'),
  'analysis.enabled': readAs('analysis'),
  'analysis.dockerfile': gate('checks', weakened, 'Fewer findings in the Dockerfile stop a promotion'),
  'analysis.dockerfile.enabled': readAs('analysis.dockerfile'),
  'analysis.dockerfile.severity': readAs('analysis.dockerfile'),
  'analysis.content': gate('checks', weakened, 'Fewer findings in the image stop a promotion'),
  'analysis.content.enabled': readAs('analysis.content'),
  'analysis.content.severity': readAs('analysis.content'),
  'analysis.vulnerabilities': gate('checks', weakened, 'Fewer vulnerabilities stop a promotion'),
  'analysis.vulnerabilities.enabled': readAs('analysis.vulnerabilities'),
  'analysis.vulnerabilities.severity': readAs('analysis.vulnerabilities'),
  'analysis.vulnerabilities.ignoreUnfixed': gate('checks', turnedOn, 'Vulnerabilities without a fix are ignored'),
  'analysis.templates': gate('checks', shortenedList, 'Your own check no longer runs'),

  accept: gate('checks', added, 'These warnings about it are counted and folded from now on'),
  'accept[].code': readAs('accept'),
  'accept[].reason': harmless('says why a warning is acceptable'),

  'source.provider': gate('builds', changed, STARTED_AT_FORGE),
  'source.repo': gate('builds', changed, STARTED_AT_FORGE),
  'source.branch': gate('builds', changed, 'A different branch is built'),
  'source.workflow': gate('builds', changed, "A different workflow is started, with the factory's token"),
  'source.pipeline': gate('builds', changed, "A different pipeline is run, with the factory's token"),
  'source.job': gate('builds', changed, "A different job is run, with the factory's token"),
  'source.inputs.*': gate('builds', anyChange, 'Builds are started with different inputs'),
  'source.builds': harmless('says which runs count as builds, and starts none'),
  'source.dockerfile': harmless(DISCOVERY),
  dockerfile: readAs('source.dockerfile'),
  'build.enabled': harmless('false ends rebuilds; without it, what is then built is compared below source'),
  'build.args.*': harmless(DISCOVERY),
  'build.target': harmless(DISCOVERY),
  'build.platforms': harmless(DISCOVERY),
  'build.contexts.*': harmless(DISCOVERY),

  shard: harmless('another controller of the same Kargo does the same work'),
  'backstage.owner': harmless(CATALOG),
  'backstage.lifecycle': harmless(CATALOG),
  'backstage.system': harmless(CATALOG),

  image: readAs('repository'),
  namespace: readAs('repository'),
  full_name: readAs('repository'),
  local: harmless(NO_EFFECT),
  tag: harmless(NO_EFFECT),
  promote: harmless(NO_EFFECT),
  tagging: harmless(NO_EFFECT),
  latest_stable_tags: harmless(NO_EFFECT),
}

const CREDENTIALS = 'Different credentials are used'
const STATE_WORKFLOW = "Kargo starts a different workflow when something changes, with the factory's token"
const TIMING = 'changes when, not what'

export const SETTINGS_DECISIONS: Decisions = {
  engine: gate('builds', anyChange, 'Something else starts the rebuilds, with different credentials'),
  maxRebuildsPerRun: harmless(TIMING),
  namespace: gate('destination', anyChange, 'Everything is recreated in another namespace, without its Freight'),
  ...Object.fromEntries(PROVIDERS.map((provider) => [`secrets.${provider}`, gate('builds', anyChange, CREDENTIALS)])),
  'secrets.registry': gate('builds', anyChange, CREDENTIALS),
  'secrets.source': gate('builds', anyChange, CREDENTIALS),
  retries: harmless(TIMING),
  retryPause: harmless(TIMING),
  baseInterval: harmless(TIMING),
  pollInterval: harmless(TIMING),
  stagger: harmless(TIMING),
  'stateWorkflow.repo': gate('builds', changed, STATE_WORKFLOW),
  'stateWorkflow.workflow': gate('builds', changed, STATE_WORKFLOW),
  'stateWorkflow.ref': gate('builds', changed, STATE_WORKFLOW),
  webhookReceivers: harmless('a receiver is reviewed by its Secret'),
  'webhookReceivers[].secret': gate('builds', changed, 'Anyone with this Secret can make Kargo check for changes'),
  'webhookReceivers[].type': harmless('says how calls are read; the Secret decides whose are believed'),
  'webhookReceivers[].name': harmless('only names it'),
  'webhookReceivers[].virtualRepoName': harmless('says which repository the calls are about'),
  analysis: readAs('analysis.enabled'),
  'analysis.enabled': gate('checks', turnedOff, 'No image is checked any longer'),
  'analysis.image': gate('checks', anyChange, 'The checks run a different scanner'),
  shard: harmless('another controller of the same Kargo does the same work'),
  allowedRegistries: gate('checks', widenedRegistries, 'Images can come from more registries'),
  'dashboard.issue': harmless('shows what the state files say; people who may tick its boxes may start runs anyway'),
  'dashboard.notify': harmless('only mentions people'),
  backstage: harmless(CATALOG),
  backstageKinds: harmless(CATALOG),
}

/** Rules for an entry that is new or enabled again, or whose previous form is unknown. */
export const NEW_ENTRY = {
  accepted: gate('checks', changed, 'New, and these warnings about it are counted and folded'),
  unchecked: gate('checks', changed, 'New, and promoted without any check'),
  unknown: gate(
    'deployed',
    changed,
    'The previous entry cannot be read, so nothing is compared: review the whole entry',
  ),
  straight: gate('agreement', changed, 'New, and every version is deployed immediately, without review or delay'),
} as const

/** The rule of a key; null if changes of it are harmless. */
export function ruleOf(decisions: Decisions, key: string): GateRule | null {
  const decision = Object.hasOwn(decisions, key) ? decisions[key] : undefined
  return decision !== undefined && 'kind' in decision ? decision : null
}

/** The settings with a gate, by their first key. */
export const GATED_SETTINGS: readonly string[] = [
  ...new Set(
    Object.keys(SETTINGS_DECISIONS)
      .filter((key) => ruleOf(SETTINGS_DECISIONS, key) !== null)
      .map((key) => key.replace(/\W.*$/, '')),
  ),
].sort()
