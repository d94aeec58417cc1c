import { useI18n } from 'vue-i18n';

/** What a role is called: the four that are built in in the reader's language, others by the name people gave them. */
export function useRoleName(): (role: string) => string {
  const { t, te } = useI18n();
  return (role) => te(`role.${role}`) ? t(`role.${role}`) : role;
}
