import type { Command, Option } from 'commander'
import { refuse } from '../enrollment/problem.js'

const SHELLS = ['bash', 'zsh', 'fish'] as const

interface Completed {
  readonly name: string
  readonly description: string
  readonly options: readonly Option[]
}

/**
 * A script that completes commands and options in a shell.
 *
 * @throws Refusal for any other shell.
 */
export function completionScript(program: Command, shell: string): string {
  const commands = program.commands.map((command): Completed => {
    return { name: command.name(), description: command.description(), options: command.options }
  })
  if (shell === 'bash') return bash(program.name(), commands)
  if (shell === 'zsh') return zsh(program.name(), commands)
  if (shell === 'fish') return fish(program.name(), commands)
  const remedy = `Write one of ${SHELLS.join(', ')}.`
  throw refuse('option-invalid', `there is no completion for ${JSON.stringify(shell)}.`, { remedy })
}

function flagsOf({ options }: Completed): string[] {
  return [...options.flatMap(({ long }) => long ?? []), '--help']
}

/** Completes paths wherever no option is expected. */
function bash(program: string, commands: readonly Completed[]): string {
  const cases = commands.map((one) => `    ${one.name}) words="${flagsOf(one).join(' ')}" ;;`)
  return `# bash completion of ${program}: source <(${program} completion bash)
_image_factory() {
  local current=\${COMP_WORDS[COMP_CWORD]} words
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${commands.map(({ name }) => name).join(' ')} --help --version" -- "$current"))
    return
  fi
  case \${COMP_WORDS[1]} in
${cases.join('\n')}
  esac
  case $current in
    -*) COMPREPLY=($(compgen -W "$words" -- "$current")) ;;
    *) COMPREPLY=($(compgen -f -- "$current")) ;;
  esac
}
complete -o filenames -F _image_factory ${program}
`
}

function zsh(program: string, commands: readonly Completed[]): string {
  const described = commands.map(({ name, description }) => `    ${quoted(`${name}:${description}`)}`)
  const cases = commands.map((one) => {
    const options = one.options.map(({ long, description }) => quoted(`${long}[${plain(description)}]`))
    return `    ${one.name}) _arguments ${[...options, "'--help[show help]'", "'*:file:_files'"].join(' ')} ;;`
  })
  return `#compdef ${program}
# zsh completion of ${program}: ${program} completion zsh > "\${fpath[1]}/_${program}"
_image_factory() {
  local -a commands=(
${described.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT -= 1 ))
  case $command in
${cases.join('\n')}
  esac
}
compdef _image_factory ${program}
`
}

function fish(program: string, commands: readonly Completed[]): string {
  const names = commands.map(({ name, description }) => {
    return `complete -c ${program} -n __fish_use_subcommand -f -a ${name} -d ${quoted(description)}`
  })
  const options = commands.flatMap(({ name, options: all }) =>
    all.map(({ long, description }) => {
      const flag = (long ?? '').replace(/^--/, '')
      return `complete -c ${program} -n '__fish_seen_subcommand_from ${name}' -l ${flag} -d ${quoted(description)}`
    }),
  )
  return `# fish completion of ${program}: ${program} completion fish | source
${[...names, ...options].join('\n')}
`
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

/** Removes the characters that would end a description in zsh. */
function plain(text: string): string {
  return text.replace(/[[\]:]/g, ' ')
}
