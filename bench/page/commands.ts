/** Counts what the GPU of a page is given, whoever gives it: the figure that does not depend on the GPU. */

import type { Networks } from '../peers/answer.ts';
import type { Commands } from '../protocol.ts';

/** Counts from now on, of this thread. */
export function countCommands(): () => Commands {
  const counts = { dispatches: 0, submits: 0 };
  const { prototype: pass } = GPUComputePassEncoder;
  const { dispatchWorkgroups, dispatchWorkgroupsIndirect } = pass;
  pass.dispatchWorkgroups = function (...args) {
    counts.dispatches++;
    return dispatchWorkgroups.apply(this, args);
  };
  pass.dispatchWorkgroupsIndirect = function (...args) {
    counts.dispatches++;
    return dispatchWorkgroupsIndirect.apply(this, args);
  };
  const { prototype: queue } = GPUQueue;
  const { submit } = queue;
  queue.submit = function (...args) {
    counts.submits++;
    return submit.apply(this, args);
  };
  return () => ({ ...counts });
}

/** The same networks, with the counts. */
export function withCommands<Some extends Networks>(networks: Some, commands: () => Commands): Some {
  return Object.assign(networks, { commands });
}
