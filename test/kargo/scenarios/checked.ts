/** What is published is checked, then promoted: needs Argo Rollouts, and nodes on which its Jobs run. */
import { expect } from 'vitest'
import { type KubeObject, until } from '../support/cluster.ts'
import type { FactorySpec } from '../support/factory.ts'
import { hasEnded, phaseOf } from '../support/objects.ts'
import type { Scenario } from '../support/suite.ts'

export const CHECKED: FactorySpec = { name: 'checked', settings: { analysis: true } }

interface AnalysisRun extends KubeObject {
  readonly status?: { readonly phase?: string; readonly message?: string }
}

const REPO = 'acme/deploy-checked'
const UPDATES = [{ repo: REPO, path: 'values.yaml', type: 'yaml-update', key: 'tag' }]

export const CHECKED_IMAGE: Scenario = {
  title: 'the Dockerfile is checked, then the image is promoted',
  factory: CHECKED.name,
  images: [
    {
      name: 'checked',
      entry: {
        analysis: { dockerfile: 'CRITICAL', content: false, vulnerabilities: false },
        environments: [{ name: 'production', updates: UPDATES }],
      },
    },
  ],
  repositories: {
    'acme/checked': { Dockerfile: 'FROM scratch\nUSER 1000\n' },
    [REPO]: { 'values.yaml': 'tag: 0.0.0\n' },
  },
  run: async ([image], { cluster, forge }) => {
    if (image === undefined) return
    await image.publish('1.0.0')
    const [run] = await until(
      'the check ends',
      async () => {
        const runs = await cluster.list<AnalysisRun>('analysisruns.argoproj.io', image.factory.namespace)
        return runs.some(({ status }) => /Successful|Failed|Error|Inconclusive/.test(status?.phase ?? ''))
          ? runs
          : undefined
      },
      // The first one pulls the image of Trivy.
      { seconds: 600, everyMs: 3000 },
    )
    expect(run?.status).toMatchObject({ phase: 'Successful' })
    const promotion = await until('it is promoted', () =>
      image.promotionsInto('promote-checked-production').find(hasEnded),
    )
    expect(phaseOf(promotion)).toBe('Succeeded')
    expect(await forge.git.read(REPO, 'values.yaml')).toBe('tag: 1.0.0\n')
  },
}
