import type { Command } from 'commander'
import { refuse } from '../enrollment/problem.js'

const SHELLS = ['bash', 'zsh', 'fish'] as const

/**
 * A script that completes commands and options in a shell.
 *
 * @throws Refusal for any other shell.
 */
export function completionScript(program: Command, shell: string): string {
  if (shell === 'bash') return bash(program.name(), program.commands)
  if (shell === 'zsh') return zsh(program.name(), program.commands)
  if (shell === 'fish') return fish(program.name(), program.commands)
  const remedy = `Write one of ${SHELLS.join(', ')}.`
  throw refuse('option-invalid', `there is no completion for ${JSON.stringify(shell)}.`, { remedy })
}

function flagsOf({ options }: Command): string[] {
  return [...options.flatMap(({ long }) => long ?? []), '--help']
}

/** Completes paths wherever no option is expected. */
function bash(program: string, commands: readonly Command[]): string {
  const cases = commands.map((one) => `    ${one.name()}) words="${flagsOf(one).join(' ')}" ;;`)
  return `# bash completion of ${program}: source <(${program} completion bash)
_image_factory() {
  local current=\${COMP_WORDS[COMP_CWORD]} words
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${commands.map((one) => one.name()).join(' ')} --help --version" -- "$current"))
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

function zsh(program: string, commands: readonly Command[]): string {
  const described = commands.map((one) => `    ${quoted(`${one.name()}:${one.description()}`)}`)
  const cases = commands.map((one) => {
    const options = one.options.map(({ long, description }) => quoted(`${long}[${plain(description)}]`))
    return `    ${one.name()}) _arguments ${[...options, "'--help[show help]'", "'*:file:_files'"].join(' ')} ;;`
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

function fish(program: string, commands: readonly Command[]): string {
  const names = commands.map((one) => {
    return `complete -c ${program} -n __fish_use_subcommand -f -a ${one.name()} -d ${quoted(one.description())}`
  })
  const options = commands.flatMap((one) =>
    one.options.map(({ long, description }) => {
      const flag = (long ?? '').replace(/^--/, '')
      return `complete -c ${program} -n '__fish_seen_subcommand_from ${one.name()}' -l ${flag} -d ${quoted(description)}`
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
