import type { errors as en } from '../en/errors.ts';
import type { Translation } from '../i18n.svelte.ts';

export const errors = {
  'error.title': '操作未成功',
  'error.what': '发生了什么',
  'error.safe': '我的数据是否安全',
  'error.todo': '该怎么办',
  'error.copy': '复制详情',
  'error.safe.unchanged': '安全。没有写入任何内容，一切保持原样。',
  'error.safe.kept': '安全。已完成的部分均已保存。',
  'error.safe.check': '大概安全。请先查看审计日志，再继续操作。',
  'error.unknown.what': '发生了此版本无法说明的情况。',
  'error.unknown.todo': '请重试。如再次出现，请转告下方的代码。',
} as const satisfies Translation<typeof en>;
