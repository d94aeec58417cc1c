import { onBeforeUnmount, type Ref, ref } from 'vue';
import { useLive } from '../../../live/live.ts';

/** Somebody else who has the form of the same job open. */
export interface Editor {
  username: string;
  /** Since when; RFC 3339. */
  since: string;
  /** The same person in another tab or browser. */
  is_me: boolean;
}

/** Who else has this job's form open, as they come and go; whoever asks is one of them for the others. */
export function useEditors(id: number | null): Ref<Editor[]> {
  const editors = ref<Editor[]>([]);
  if (!id) return editors;
  const leave = useLive().subscribe(`editing:${id}`, {
    on: (event) => {
      if (event.kind === 'snap' || event.kind === 'ev') {
        editors.value = (event.data as { editors?: Editor[] }).editors ?? [];
      } else {
        // Nothing is known while the connection is away.
        editors.value = [];
      }
    },
  });
  onBeforeUnmount(leave);
  return editors;
}
