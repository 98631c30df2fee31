/**
 * The pretrained models of Couture by name, with the size and SHA-256 of their files. The package contains the small ones; the
 * others are got by name (`couture models get`). known-models.test.ts compares the table with the files in models/.
 */

/** A pretrained model. */
export interface KnownModel {
  readonly name: string;
  readonly title: string;
  /** Size of the file. */
  readonly bytes: number;
  /** SHA-256 of the file, in hexadecimal. */
  readonly sha256: string;
  /** Share of correct test images. */
  readonly testAccuracy: number;
  /** The packages that contain it. */
  readonly packages: 'both' | 'couture' | 'none';
  /** The commands that make the same file again, as on its card. */
  readonly commands: readonly string[];
}

/** The license of the weights of these models. */
export const KNOWN_LICENSE = 'MIT';

/** The pretrained models, the smallest file first: name, package, size, SHA-256 and test accuracy of each. */
export const knownModels: readonly KnownModel[] = [
  {
    name: 'compact',
    title: 'Fashion-MNIST in under 500 KB',
    bytes: 476_544,
    sha256: 'c7896f1def6b01e0c5e270c00dad3ac89e6520aca09ccbff0cb1499eaa743286',
    testAccuracy: 0.9188,
    packages: 'both',
    commands: [
      'npx couture train --recipe compact --seed 1 --name compact-seed1',
      "npx couture pack compact-seed1 --out compact.safetensors --precision int8 --calibrate --title 'Fashion-MNIST in under 500 KB'",
    ],
  },
  {
    name: 'best-single',
    title: 'Fashion-MNIST by one network, in one pass',
    bytes: 4_230_048,
    sha256: 'e2ce2bcb76276db53e48a92f20ed901d9298d646e8446a325886785ea0c4ad32',
    testAccuracy: 0.9372,
    packages: 'couture',
    commands: [
      'npx couture train --recipe best-single --seed 2 --name best-single-seed2',
      "npx couture pack best-single-seed2 --out best-single.safetensors --precision int8-blocks --calibrate --title 'Fashion-MNIST by one network, in one pass'",
    ],
  },
  {
    name: 'best',
    title: 'Fashion-MNIST by an ensemble that looks at every image ten times',
    bytes: 16_874_784,
    sha256: '911c1332ff84268ff0e2dd68dfa0c18eab4ec1288295265a1c17966de64a1524',
    testAccuracy: 0.9407,
    packages: 'none',
    commands: [
      'npx couture train --recipe best-single --seed 1 --name best-single-seed1',
      'npx couture train --recipe best-single --seed 2 --name best-single-seed2',
      'npx couture train --recipe best-single --seed 3 --name best-single-seed3',
      'npx couture train --recipe best-single --stem diagonals --seed 1 --name best-diagonals-seed1',
      "npx couture pack best-single-seed1 best-single-seed2 best-single-seed3 best-diagonals-seed1 --out best.safetensors --precision int8-blocks --flip --shift 1 --calibrate --title 'Fashion-MNIST by an ensemble that looks at every image ten times'",
    ],
  },
];

/** Names of the models that a package contains. */
export function packagedModels(name: 'core' | 'couture'): string[] {
  return knownModels
    .filter(({ packages }) => packages === 'both' || packages === name)
    .map((model) => model.name);
}

/** The pretrained model of that name, or undefined. */
export function knownModel(name: string): KnownModel | undefined {
  return knownModels.find((model) => model.name === name);
}
