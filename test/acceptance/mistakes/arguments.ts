/** A mistake on the command line: title, arguments, the cause, and the literal text to write instead. */
export type CommandMistake = readonly [title: string, args: readonly string[], cause: string, remedy: string]

export const COMMAND_MISTAKES: readonly CommandMistake[] = [
  ['a misspelt command', ['valdate'], 'unknown command "valdate"', 'Did you mean validate?'],
  ['help for a misspelt command', ['help', 'vaildate'], 'unknown command "vaildate"', 'Did you mean validate?'],
  ['a command of another tool', ['deploy'], 'unknown command "deploy"', 'help lists all commands'],
  ['a misspelt option', ['diff', '--markdwn'], "unknown option '--markdwn'", 'Did you mean --markdown?'],
  ['no Dockerfile', ['bases'], "missing required argument 'dockerfile'", 'image-factory bases Dockerfile'],
  ['a file that is not there', ['validate', 'none.yaml'], 'there is no file none.yaml', 'Check the path'],
  ['a folder for a file', ['validate', '.'], '. is a folder', 'Give a file in it, like images.yaml.'],
  ['a Dockerfile that is not there', ['bases', 'Dockerfile'], 'there is no file Dockerfile', 'Check the path'],
  [
    'a state folder that is not there',
    ['synth', '--state', 'nowhere'],
    'there is no folder',
    'Set --state to the folder with images.yaml.',
  ],
  ['a folder without images.yaml', ['synth', '--state', 'images'], 'there is no images.yaml', '--state'],
  ['a file for --output', ['synth', '--output', '.'], '--output must be a separate folder', 'Write --output dist.'],
  [
    'a path that leads out',
    ['synth', '--images', '../images.yaml'],
    '--images must be a path below the state folder',
    'Write --images images.yaml.',
  ],
  [
    'a limit in words',
    ['synth', '--max-deletions', 'many'],
    '--max-deletions must be a number or a percentage',
    'Write --max-deletions 25%.',
  ],
  [
    'files and --state',
    ['validate', '--state', '.', 'images.yaml'],
    '--state and files are both given',
    'Keep one of them.',
  ],
  ['an image that is not enrolled', ['explain', 'ap'], 'enrolls no image "ap"', 'Did you mean app?'],
  ['a status that is none', ['explain', '--status', 'stale'], '"stale" is not a status', 'Write building, failed'],
  [
    'an image with a tag',
    ['enroll', '--image', 'ghcr.io/org/web:1', '--repo', 'org/web'],
    '--image names a tag or digest',
    'Write --image ghcr.io/org/web.',
  ],
  [
    'a repo as URL',
    ['enroll', '--image', 'ghcr.io/org/web', '--repo', 'https://github.com/org/web'],
    'must be OWNER/REPO',
    'Write repo: org/web.',
  ],
  [
    'a workflow as path',
    ['enroll', '--image', 'ghcr.io/org/web', '--repo', 'org/web', '--workflow', '.github/workflows/build.yml'],
    'must be the file name of a workflow',
    'Write workflow: build.yml.',
  ],
  [
    'an input without a value',
    ['enroll', '--image', 'ghcr.io/org/web', '--repo', 'org/web', '--input', 'level'],
    '--input must be NAME=VALUE',
    'Write --input level=VALUE.',
  ],
  ['nothing to enroll', ['enroll'], 'published', '--image ghcr.io/acme/web'],
  ['a clone that is not there', ['enroll', '../web'], 'there is no folder', 'Give the path of a local clone.'],
  ['an engine that is none', ['init', '--engine', 'argo', '--yes'], "'argo' is invalid", 'kargo, actions'],
  ['a shell that is none', ['completion', 'powershell'], 'there is no completion for "powershell"', 'bash'],
  [
    'two forms of one answer',
    ['diff', '--markdown', '--stat'],
    '--json, --stat and --markdown exclude each other',
    'Give one of them.',
  ],
]

/** A mistake in the inputs of the action: title, inputs, the cause, and the literal text to write instead. */
export type InputMistake = readonly [
  title: string,
  inputs: Readonly<Record<string, string>>,
  cause: string,
  remedy: string,
]

export const INPUT_MISTAKES: readonly InputMistake[] = [
  [
    'a misspelt mode',
    { mode: 'previw' },
    'the input mode must be one of auto, preview, commit, check, not "previw"',
    'Did you mean preview?',
  ],
  [
    'a mode of another tool',
    { mode: 'apply' },
    'the input mode must be one of auto, preview, commit, check',
    'Write mode: auto.',
  ],
  [
    'a state repository as URL',
    { 'state-repository': 'https://github.com/acme/state' },
    'the input state-repository must be OWNER/REPO',
    'Write state-repository: acme/state.',
  ],
  [
    'a path that leads out',
    { 'images-file': '../images.yaml' },
    'the input images-file must be a path below the state repository',
    'Write images-file: images.yaml.',
  ],
  [
    'the top folder for manifests',
    { 'output-dir': '.' },
    'the input output-dir must be a separate folder',
    'Write output-dir: dist.',
  ],
  [
    'a limit in words',
    { 'max-deletions': 'all' },
    'the input max-deletions must be a number or a percentage',
    'Write max-deletions: 25%.',
  ],
  [
    'true for comment',
    { comment: 'true' },
    'the input comment must be one of auto, always, never, not "true"',
    'Write comment: auto.',
  ],
  [
    'a comment id with blanks',
    { 'comment-id': 'my factory' },
    'the input comment-id must be letters, digits',
    'Write comment-id: my-factory.',
  ],
  [
    'git for a commit method',
    { 'commit-method': 'git' },
    'the input commit-method must be one of api, push',
    'Write commit-method: api.',
  ],
  [
    'several wrong inputs at once',
    { mode: 'x', refresh: 'yes' },
    'the input refresh must be one of auto, true, false, not "yes"',
    'Write refresh: auto.',
  ],
]
