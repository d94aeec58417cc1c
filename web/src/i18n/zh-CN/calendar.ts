export default {
  calendar: {
    zone: '按 {zone} 显示',
    days: '日期',
    today: '今天',
    map: '一天的触发：每行一小时，每格一分钟；方向键移动',
    perMinute: '同一分钟的任务数',
    busiest: '最多 {n} 个',
    nothing: '这一分钟没有触发。',
    quieter: '同一小时里更空闲的分钟',
    choose: '选择一分钟，查看会触发哪些任务',
    partial: '触发太多，只统计了前一部分。',
    maintenance: '{name} 维护至 {until}，在此之前不会在它上面触发。',
  },
  yearMap: {
    title: '日历',
    hint: '近半年，每格一天，点击看当天的执行',
    allWell: '全部成功',
    someFailed: '有失败，方块越大越多',
    nothing: '没有执行',
    label: '近半年有 {ran} 天执行过，其中 {failed} 天有失败',
  },
};
