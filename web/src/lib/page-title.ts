import { onBeforeUnmount, watch } from 'vue';
import { useUi } from '../stores/ui.ts';

/** Names the open page in the browser's tab while it is there; '' leaves the section's name. */
export function usePageTitle(title: () => string): void {
  const ui = useUi();
  watch(title, (text) => ui.pageTitle = text, { immediate: true });
  onBeforeUnmount(() => ui.pageTitle = '');
}
