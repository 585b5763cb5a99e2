/**
 * What nodes do with the Jobs of checks, for a cluster that has none: the command of each runs on this machine, once,
 * with something in Trivy's place that looks for a user other than root.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runProcess } from '../../support/processes.ts'
import type { Cluster, KubeObject } from './cluster.ts'

/** The only container of a Job. */
export interface Container {
  readonly image: string
  readonly command: readonly string[]
  readonly args: readonly string[]
  readonly env: readonly { readonly name: string; readonly value?: string }[]
}

export interface Job extends KubeObject {
  readonly spec: { readonly template: { readonly spec: { readonly containers: readonly [Container] } } }
  readonly status?: { readonly conditions?: readonly unknown[] }
}

const TRIVY = `#!/bin/sh
test "$1" = config && grep -q '^USER [1-9]' Dockerfile
`

/** Runs every Job of a namespace that comes, until the cluster's watches are stopped. */
export function runJobs(cluster: Cluster, namespace: string, folder: string): void {
  const bin = join(folder, 'bin')
  mkdirSync(bin, { recursive: true })
  writeFileSync(join(bin, 'trivy'), TRIVY, { mode: 0o755 })
  const jobs = cluster.watch<Job>('jobs.batch', namespace)
  const begun = new Set<string>()
  const look = async () => {
    for (const job of jobs.objects.values()) {
      if (begun.has(job.metadata.name)) continue
      begun.add(job.metadata.name)
      const place = join(folder, job.metadata.name)
      mkdirSync(place)
      await end(cluster, job, await succeeds(job, place, bin))
    }
  }
  // One look after the other: what goes wrong in one ends the run.
  const again = (): NodeJS.Timeout => setTimeout(() => look().then(again), 500).unref()
  again()
}

/** Whether the container's command ends well. */
async function succeeds({ spec }: Job, place: string, bin: string): Promise<boolean> {
  const [{ command, args, env }] = spec.template.spec.containers
  const given = Object.fromEntries(env.map(({ name, value = '' }) => [name, unescaped(value)]))
  const [program = '', ...rest] = command
  const { code } = await runProcess(program, [...rest, ...args.map(unescaped)], {
    env: { ...given, HOME: place, TMPDIR: place, PATH: `${bin}:${process.env.PATH ?? ''}` },
  })
  return code === 0
}

/** Kubernetes reads `$$` as a dollar sign. */
function unescaped(text: string): string {
  return text.replaceAll('$$', '$')
}

/** Says of a Job what its controller would. */
async function end(cluster: Cluster, { metadata }: Job, isGood: boolean): Promise<void> {
  const now = new Date().toISOString().replace(/\.\d+/, '')
  const conditions = (isGood ? ['SuccessCriteriaMet', 'Complete'] : ['FailureTarget', 'Failed']).map((type) => ({
    type,
    status: 'True',
    reason: isGood ? 'CompletionsReached' : 'BackoffLimitExceeded',
    lastProbeTime: now,
    lastTransitionTime: now,
  }))
  const counts = isGood ? { completionTime: now, succeeded: 1 } : { failed: 2 }
  const status = { startTime: now, ...counts, uncountedTerminatedPods: {}, terminating: 0, ready: 0, conditions }
  const what = ['job', metadata.name, '-n', metadata.namespace ?? '', '--subresource=status', '--type=merge']
  await cluster.kubectl(['patch', ...what, '-p', JSON.stringify({ status })])
}
