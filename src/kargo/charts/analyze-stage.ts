// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Kargo evaluates these.
import type { Construct } from 'constructs'
import { expression } from '../constructs/expression.js'
import { Stage } from '../constructs/stage.js'
import { analyzeStageName, SCAN_IMAGE, warehouseName } from '../names.js'

export interface AnalyzedImage {
  readonly image: string
  /** As the image's Warehouse has it, byte for byte: `imageFrom()` finds it by this. */
  readonly repoURL: string
}

/** The Stage that checks what was published; promotion follows it. */
export function addAnalyzeStage(scope: Construct, { image, repoURL }: AnalyzedImage): void {
  new Stage(scope, {
    name: analyzeStageName(image),
    autoPromotion: true,
    vars: { image: repoURL },
    requestedFreight: [{ warehouse: warehouseName(image), from: { direct: true } }],
    steps: [
      {
        uses: 'compose-output',
        as: 'image',
        config: {
          tag: expression('${{ quote(imageFrom(vars.image).Tag) }}'),
          digest: expression('${{ imageFrom(vars.image).Digest }}'),
        },
      },
    ],
    verification: {
      analysisTemplates: [SCAN_IMAGE],
      args: {
        image: expression('${{ vars.image }}'),
        digest: expression('${{ imageFrom(vars.image).Digest }}'),
      },
    },
  })
}
