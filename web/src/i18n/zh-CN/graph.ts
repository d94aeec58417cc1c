export default {
  graph: {
    title: '谁启动谁',
    pageTitle: '什么会启动 {name}，它又会启动什么',
    around: '范围',
    steps: '{n} 步以内',
    keys:
      '按 Tab 到达一个任务；方向键在任务之间移动，Home 和 End 到第一个和最后一个。按 Enter 查看它由谁启动、启动谁。',
    drawing: '互相启动的任务',
    alone: '它不启动别的任务，也没有任务启动它',
    aloneText: '在它的表单的“在其他任务之后”里写明它等待哪些任务。',
    hidden: '另有 {n} 个任务没有显示：你无权查看。',
    cut: '超过 500 个，只显示最近的。',
    off: '已停用',
    scheduled: '另有调度',
    any: '任一前置任务',
    starts: '启动 {names}',
    startedBy: '在 {names} 之后',
    here: '当前任务',
    list: '列表',
    from: '结束的任务',
    to: '启动的任务',
  },
};
