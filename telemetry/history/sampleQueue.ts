/** Bounded queue of samples that wait to be written. */

/** Samples in the order in which they came. */
export interface SampleBlock {
  readonly slots: Uint32Array;
  /** Milliseconds since 1970. */
  readonly times: Float64Array;
  readonly values: Float64Array;
  length: number;
}

/** Samples of one block: a request's. */
export const blockSamples = 2_000;

/** Queue in blocks of typed arrays: 20 bytes a sample, no object of each, and memory only for what waits. */
export class SampleQueue {
  private readonly blocks: SampleBlock[] = [];
  private spare: SampleBlock | undefined;
  private samples = 0;

  /** @param most samples that the queue may have */
  constructor(readonly most: number) {}

  get length(): number {
    return this.samples;
  }

  hasRoom(samples: number): boolean {
    return this.samples + samples <= this.most;
  }

  /** True when the oldest block is full: nothing is gained by waiting. */
  get hasFullBlock(): boolean {
    return this.blocks[0]?.length === blockSamples;
  }

  push(slot: number, time: number, value: number): void {
    let block = this.blocks.at(-1);
    if (block === undefined || block.length === blockSamples) {
      block = this.spare ?? emptyBlock();
      this.spare = undefined;
      this.blocks.push(block);
    }
    const at = block.length++;
    block.slots[at] = slot;
    block.times[at] = time;
    block.values[at] = value;
    this.samples++;
  }

  /** Takes back a block whose samples are no longer needed. */
  reuse(block: SampleBlock): void {
    block.length = 0;
    this.spare = block;
  }

  /** Takes the oldest block out of the queue. */
  shift(): SampleBlock | undefined {
    const block = this.blocks.shift();
    this.samples -= block?.length ?? 0;
    return block;
  }
}

function emptyBlock(): SampleBlock {
  return {
    slots: new Uint32Array(blockSamples),
    times: new Float64Array(blockSamples),
    values: new Float64Array(blockSamples),
    length: 0,
  };
}
