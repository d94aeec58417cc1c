export default {
  host: {
    offline: '离线',
    summary: '{n} / {of} 在线',
    emptyTitle: '还没有主机',
  },
};
