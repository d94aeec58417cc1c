import { defineAsyncComponent, defineComponent, h, onMounted } from 'vue';
import { isPartAway } from './part-away.ts';
import ListState from '../ui/ListState.vue';

type Load<Part> = () => Promise<{ default: Part }>;

const AGAIN_MS = 3000;

/** In place of a dialog: what shows that has to forget it, or another click would change nothing. */
const Closed = defineComponent<{ error: unknown }>({
  name: 'ClosedDialog',
  props: { error: null },
  emits: ['close'],
  setup(_props, { emit }) {
    onMounted(() => emit('close'));
    return () => null;
  },
});

/** In place of a tab: says that it did not come, with a button for another try. */
const Missed = defineComponent<{ error: unknown }>({
  name: 'MissedTab',
  props: { error: null },
  emits: ['again'],
  setup: (props, { emit }) => () =>
    h('div', { class: 'card' }, h(ListState, { error: props.error, onRetry: () => emit('again') })),
});

/** A dialog that is fetched when it is first opened. One that does not come closes; opening it again fetches it anew. */
export const laterDialog = <Part>(load: Load<Part>): Part =>
  defineAsyncComponent({ loader: load, errorComponent: Closed });

/** What a tab shows. One that does not come says so, and asks by `again` to be made anew. */
export const laterTab = <Part>(load: Load<Part>): Part =>
  defineAsyncComponent({ loader: load, errorComponent: Missed });

/** A part that is shown beside others, with nothing to press before it is there: fetched again until it comes. */
export const laterPart = <Part>(load: Load<Part>): Part =>
  defineAsyncComponent({
    loader: load,
    onError: (error, retry, fail) => isPartAway(error) ? void setTimeout(retry, AGAIN_MS) : fail(),
  });
