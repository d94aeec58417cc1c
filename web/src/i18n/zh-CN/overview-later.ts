/** The texts of this area that no first page needs. */
export default {
  overview: {
    firstTitle: '三步开始',
    firstHost: '连接一台主机',
    firstHostDone: '已有 {n} 台在线',
    firstJob: '创建第一个任务',
    firstOther: '再添加一台',
    firstCrontab: '从现有的 crontab 创建',
    firstRun: '在这里看它的第一次执行',
  },
};
