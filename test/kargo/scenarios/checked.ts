/** What is published is checked, then promoted: needs Argo Rollouts, and nodes on which its Jobs run or what stands in for them. */
import { expect } from 'vitest'
import { type KubeObject, pause, until } from '../support/cluster.ts'
import type { FactorySpec } from '../support/factory.ts'
import type { Job } from '../support/jobs.ts'
import { type Freight, hasEnded, phaseOf } from '../support/objects.ts'
import type { Scenario, Suite } from '../support/suite.ts'
import type { TestImage } from '../support/test-image.ts'

export const CHECKED: FactorySpec = { name: 'checked', settings: { analysis: true } }

/** One run of an image's checks, as its Stage tells of it. */
interface Check {
  readonly id: string
  readonly phase: string
  readonly message?: string
  readonly analysisRun?: { readonly name: string }
}

interface CheckingStage extends KubeObject {
  readonly status?: { readonly freightHistory?: readonly { readonly verificationHistory?: readonly Check[] }[] }
}

interface CheckCase {
  readonly title: string
  readonly name: string
  readonly dockerfile: string
  readonly play: (checked: Checked) => Promise<void>
}

/** An image that is checked and then promoted. */
interface Checked {
  readonly image: TestImage
  readonly suite: Suite
  /** Repository that it is promoted into. */
  readonly repo: string
  /** Waits until so many checks of what was published last are over; gives them, the last one first. */
  readonly checks: (count: number) => Promise<readonly Check[]>
}

// The first check pulls the image of Trivy.
const WAIT = { seconds: 600, everyMs: 3000 }
const TRANSIENT = ['Pending', 'Running']

function check({ title, name, dockerfile, play }: CheckCase): Scenario {
  const repo = `acme/deploy-${name}`
  const updates = [{ repo, path: 'values.yaml', type: 'yaml-update', key: 'tag' }]
  const analysis = { dockerfile: 'HIGH', content: false, vulnerabilities: false }
  return {
    title,
    factory: CHECKED.name,
    images: [{ name, entry: { analysis, environments: [{ name: 'production', updates }] } }],
    repositories: { [`acme/${name}`]: { Dockerfile: dockerfile }, [repo]: { 'values.yaml': 'tag: 0.0.0\n' } },
    run: async ([image], suite) => {
      if (image === undefined) return
      const checks = (count: number) =>
        until(`${count} checks of ${name} are over`, () => checksOf(image, suite, count), WAIT)
      await play({ image, suite, repo, checks })
    },
  }
}

async function checksOf(image: TestImage, { cluster }: Suite, count: number): Promise<readonly Check[] | undefined> {
  const stages = await cluster.list<CheckingStage>('stages.kargo.akuity.io', image.factory.namespace)
  const stage = stages.find(({ metadata }) => metadata.name === `analyze-${image.spec.name}`)
  const checks = stage?.status?.freightHistory?.[0]?.verificationHistory ?? []
  return checks.length === count && !checks.some(({ phase }) => TRANSIENT.includes(phase)) ? checks : undefined
}

/** The Jobs that checked an image: with what its AnalysisTemplate says, and nothing else. */
async function expectJobs({ image, suite }: Checked, count: number): Promise<void> {
  const { factory, spec } = image
  const [template] = factory.objects.filter(({ metadata }) => metadata.name === 'check-dockerfile')
  const values: Readonly<Record<string, string>> = {
    'source-url': `${suite.forge.url}/acme/${spec.name}.git`,
    revision: 'none',
    branch: 'main',
    dockerfile: 'Dockerfile',
    'dockerfile-severity': 'HIGH,CRITICAL',
  }
  const text = JSON.stringify(template?.spec).replace(
    /\{\{args\.([a-z-]+)\}\}/g,
    (_, name: string) => values[name] ?? '',
  )
  const { metrics } = JSON.parse(text) as { metrics: [{ provider: { job: { spec: object } } }] }
  const all = await suite.cluster.list<Job>('jobs.batch', factory.namespace)
  const jobs = all.filter(({ spec: job }) => JSON.stringify(job).includes(`/acme/${spec.name}.git`))
  expect(jobs).toHaveLength(count)
  for (const job of jobs) expect(job.spec).toMatchObject(metrics[0].provider.job.spec)
}

async function isVerified({ image, suite }: Checked): Promise<boolean> {
  const freights = await suite.cluster.list<Freight>('freights.kargo.akuity.io', image.factory.namespace)
  const own = freights.filter(({ images }) => images?.[0]?.repoURL.endsWith(`/${image.spec.name}`))
  expect(own).toHaveLength(1)
  return `analyze-${image.spec.name}` in (own[0]?.status?.verifiedIn ?? {})
}

async function expectPromoted({ image, suite, repo }: Checked, tag: string): Promise<void> {
  const promotion = await until('it is promoted', () =>
    image.promotionsInto(`promote-${image.spec.name}-production`).find(hasEnded),
  )
  expect(phaseOf(promotion)).toBe('Succeeded')
  expect(await suite.forge.git.read(repo, 'values.yaml')).toBe(`tag: ${tag}\n`)
}

const CASES: readonly CheckCase[] = [
  {
    title: 'the Dockerfile is checked, then the image is promoted',
    name: 'checked',
    dockerfile: 'FROM scratch\nUSER 1000\n',
    play: async (checked) => {
      await checked.image.publish('1.0.0')
      expect(await checked.checks(1)).toMatchObject([{ phase: 'Successful' }])
      await expectJobs(checked, 1)
      await expectPromoted(checked, '1.0.0')
      expect(await isVerified(checked)).toBe(true)
    },
  },
  {
    title: 'the Dockerfile does not pass, is mended, and checked again',
    name: 'unchecked',
    dockerfile: 'FROM scratch\n',
    play: async (checked) => {
      const { image, suite, repo, checks } = checked
      await image.publish('1.0.0')
      const [failed] = await checks(1)
      expect(failed).toMatchObject({ phase: 'Failed' })
      await expectJobs(checked, 1)
      await suite.forge.git.commit('acme/unchecked', { Dockerfile: 'FROM scratch\nUSER 1000\n' })
      await pause(20)
      expect(await checks(1), 'nothing is checked again by itself').toMatchObject([{ phase: 'Failed' }])
      expect(await isVerified(checked)).toBe(false)
      expect(image.promotionsInto('promote-unchecked-production')).toEqual([])
      expect(await suite.forge.git.log(repo), 'nothing is pushed').toHaveLength(1)
      const annotation = `kargo.akuity.io/reverify=${failed?.id}`
      const what = ['stage', 'analyze-unchecked', '-n', image.factory.namespace, '--overwrite', annotation]
      await suite.cluster.kubectl(['annotate', ...what])
      expect(await checks(2)).toMatchObject([{ phase: 'Successful' }, { phase: 'Failed' }])
      await expectJobs(checked, 2)
      await expectPromoted(checked, '1.0.0')
      expect(await isVerified(checked)).toBe(true)
    },
  },
]

export const CHECKS: readonly Scenario[] = CASES.map(check)
