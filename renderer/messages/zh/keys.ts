/** Keys: device binding, the key of the log, the hours of a session. */
import type { Translation } from '../i18n.svelte.ts';
import type { keys as en } from '../en/keys.ts';

export const keys = {
  'device.title': '本设备',
  'device.text.none':
    '以当前方式运行的 Cloister 无法访问系统密钥库，因此不能把您的访问权限绑定到本设备。口令照常可以打开保险库。',
  'device.text.weak':
    '此桌面提供的密钥库（{backend}）用写在其程序代码中的密钥保存内容，不会绑定到它。请安装密钥环并重新登录后再绑定。',
  'device.text.closed': '本系统的密钥库没有响应。请解锁后再查看；口令照常可以打开保险库。',
  'device.text.free':
    '目前仅凭口令即可在任何机器上打开此保险库。绑定到本设备后，还需要此处密钥库（{backend}）保存的一个密钥。',
  'device.text.passphrase':
    '自 {date} 起已绑定。在本设备上，口令可立即打开保险库。没有本设备时口令仍可打开，但约慢八倍；日志会记录，所有人都会看到。',
  'device.text.code':
    '自 {date} 起已绑定。没有本设备，仅凭口令无法打开。可用打印的恢复码，或由管理员设置新口令。',
  'device.away':
    '您不在那台设备上，或其密钥库（{backend}）已不再保存该密钥。您可以改为绑定到本设备，或解除绑定。',
  'device.bind': '绑定到本设备',
  'device.rebind': '改为绑定到本设备',
  'device.unbind': '解除绑定',
  'device.unbind.text':
    '之后仅凭口令即可立即打开保险库，对拿到文件夹副本的人也是如此。密钥仍保留在密钥库中，因为期间所做的备份需要它。',
  'device.without': '没有该设备时',
  'device.without.ask': '如果本设备丢失、损坏或不在手边，用什么打开保险库？',
  'device.without.passphrase': '口令，但更慢',
  'device.without.passphrase.text':
    '任何人都不会被锁在外面。猜测被盗副本需要八倍时间；在别处使用您的口令会被写入日志。',
  'device.without.code': '仅限打印的恢复码',
  'device.without.code.text':
    '无法对被盗副本进行猜测。如果本设备丢失，可用打印的恢复码打开保险库。',
  'device.without.code.missing': '请先生成恢复码并重新输入确认。',
  'device.slow': '需要几秒钟：没有设备的途径被有意设置得更慢。',
  'device.gone': '密钥库未能保存该密钥。未作任何更改。',
  'banner.withoutDevice':
    '此次打开没有使用该访问权限所绑定的设备。如果不是您本人，请立即更改口令；日志已记录此事。',
  'logKey.title': '审计日志的密钥',
  'logKey.text':
    '它为日志签名。请把指纹保存在纸上：任何人都可以凭它在没有此保险库的情况下检查导出的日志。',
  'logKey.now': '当前签名',
  'logKey.before': '以前',
  'logKey.since': '自 {date}，第 {seq} 条',
  'logKey.rotate': '更换日志密钥',
  'logKey.rotate.text':
    '新旧密钥都会在日志中为此次更换签名，随后旧密钥被销毁。持有旧指纹的人可以继续验证。请每年更换一次，或在能接触保险库密钥的人离开时更换。',
  'logKey.rotate.do': '更换密钥',
  'logKey.done': '日志已有新密钥。请打印该页，与旧页放在一起。',
  'logKey.print': '可打印页面',
  'status.session': { other: '{count} 分钟后需要口令' },
  'status.session.why':
    '解锁若干小时后，无论您在做什么都会再次要求口令。所有内容都已保存，正在运行的任务会继续。',
  'settings.lock.hours': '无论如何，多少小时后锁定',
  'settings.lock.hours.hint': '从解锁时算起，最多 12 小时。状态栏会提前几分钟提示。',
  'people.remove.backups':
    '{name} 已移除，保险库已换新密钥。以下备份较旧，原口令仍可打开。请做一份新备份，然后销毁它们。',
  'order.what.audit.rotateKey': '为审计日志更换密钥（现为 {key}）',
  'order.what.model.export': '把模型 {model} 交给 {recipient}',
} as const satisfies Translation<typeof en>;
