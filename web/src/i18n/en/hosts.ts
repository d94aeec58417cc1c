export default {
  host: {
    offline: 'Offline',
    summary: '{n} of {of} online',
    emptyTitle: 'No hosts yet',
  },
};
