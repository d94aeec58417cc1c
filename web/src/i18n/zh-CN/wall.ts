export default {
  wall: {
    title: '大屏',
    fill: '全屏',
    calm: '一切正常',
    token: '访问令牌',
    tokenText: '大屏只显示、不能操作。请使用只读角色（viewer）的访问令牌：在“系统设置 › 访问令牌”中创建。',
    refused: '令牌无效、已过期，或已被吊销。',
    show: '显示',
    signIn: '改用账号登录',
  },
};
