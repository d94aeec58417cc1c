import type { Channel, ChannelBody, ChannelType } from '../../../api/notify.ts';
import type { Pair } from '../../../ui/KeyValueEditor.vue';
import { pairFault } from '../../jobs/parts/pairs.ts';

/** A channel as it is typed; secrets begin empty, for nobody gets them back. */
export interface ChannelForm {
  name: string;
  type: ChannelType;
  enabled: boolean;
  limit: number | '';
  host: string;
  port: number | '';
  security: 'starttls' | 'tls' | 'none';
  username: string;
  password: string;
  from: string;
  recipients: string;
  url: string;
  method: string;
  headers: Pair[];
  secret: string;
  chat: string;
  command: string;
}

/** Whose messages are signed, or that need a token or key. */
export const SIGNED: ChannelType[] = ['webhook', 'dingtalk', 'feishu', 'telegram', 'pagerduty'];
/** Services that are at one place for everybody, unless an address is given, and that take no message without their secret. */
export const SERVICES: ChannelType[] = ['telegram', 'pagerduty'];

export function channelForm(channel: Channel | null): ChannelForm {
  return {
    name: channel?.name ?? '',
    type: channel?.type ?? 'webhook',
    enabled: channel?.enabled ?? true,
    limit: channel?.limit_per_minute ?? '',
    host: channel?.host ?? '',
    port: channel?.port ?? '',
    security: channel?.security ?? 'starttls',
    username: channel?.username ?? '',
    password: '',
    from: channel?.from ?? '',
    recipients: (channel?.recipients ?? []).join(', '),
    url: '',
    method: channel?.method ?? 'POST',
    headers: [],
    secret: '',
    chat: channel?.chat ?? '',
    command: channel?.command ?? '',
  };
}

export const addresses = (text: string): string[] => text.split(/[,;\uff0c\uff1b\s]+/).filter(Boolean);

export function channelBody(form: ChannelForm): ChannelBody {
  const body: ChannelBody = {
    name: form.name.trim(),
    type: form.type,
    enabled: form.enabled,
    ...(form.limit === '' ? {} : { limit_per_minute: form.limit }),
  };
  if (form.type === 'email') {
    return {
      ...body,
      host: form.host.trim(),
      ...(form.port === '' ? {} : { port: form.port }),
      security: form.security,
      from: form.from.trim(),
      recipients: addresses(form.recipients),
      ...(form.username.trim() ? { username: form.username.trim() } : {}),
      ...(form.password ? { password: form.password } : {}),
    };
  }
  if (form.type === 'command') return { ...body, command: form.command.trim() };
  const named = form.headers.filter((pair) => pair.key.trim());
  return {
    ...body,
    ...(form.url.trim() ? { url: form.url.trim() } : {}),
    ...(SIGNED.includes(form.type) && form.secret ? { secret: form.secret } : {}),
    ...(form.type === 'telegram' ? { chat: form.chat.trim() } : {}),
    ...(form.type === 'webhook' ? { method: form.method } : {}),
    ...(form.type === 'webhook' && named.length
      ? { headers: Object.fromEntries(named.map((pair) => [pair.key.trim(), pair.value])) }
      : {}),
  };
}

/** What can be said without the server, as keys of `fault`. */
export function channelFaults(form: ChannelForm, isNew: boolean): Record<string, 'required' | 'nameless' | 'repeated'> {
  const faults: Record<string, 'required' | 'nameless' | 'repeated'> = {};
  if (!form.name.trim()) faults.name = 'required';
  if (form.type === 'email') {
    if (!form.host.trim()) faults.host = 'required';
    if (!form.from.trim()) faults.from = 'required';
  } else if (form.type === 'command') {
    if (!form.command.trim()) faults.command = 'required';
  } else if (SERVICES.includes(form.type)) {
    if (isNew && !form.secret) faults.secret = 'required';
    if (form.type === 'telegram' && !form.chat.trim()) faults.chat = 'required';
  } else if (isNew && !form.url.trim()) {
    faults.url = 'required';
  }
  const fault = form.type === 'webhook' ? pairFault(form.headers) : null;
  if (fault) faults.headers = fault;
  return faults;
}
