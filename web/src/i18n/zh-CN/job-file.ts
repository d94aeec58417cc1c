/** Jobs as a file. */
export default {
  filed: {
    title: '从文件新建任务',
    about: '选择“保存为文件”得到的 JSON 文件。先由服务器检查，全部正确才能新建；已有的任务不会改动，要更新它们请用',
    choose: '任务文件',
    jobs: '文件中的任务',
    noFile: '这不是任务文件：应为 JSON，内容是一个任务或任务列表，每个任务都有 name。YAML 文件请用 quicflow apply。',
    tooMany: '一次最多 {n} 个任务。更多的请用 quicflow apply。',
    group: 'groups：没有名为“{about}”的分组',
    groups: "groups：请写明在哪里执行，例如 {'['}\"all\"{']'}",
    dependency: 'dependencies：没有名为“{about}”的任务，文件中和服务器上都没有',
    numbers: '{about}：这是另一台服务器的编号；文件里请写名称（groups、enabled）',
    enabled: 'enabled：只能是 true 或 false',
    isNew: '将新建',
    isThere: '已有，不改动',
    isMade: '已新建',
    mend: '需要修改',
    make: '新建 {n} 个任务',
    made: '已新建 {n} 个任务',
  },
};
