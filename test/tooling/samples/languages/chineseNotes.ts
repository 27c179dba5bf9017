import type { NoteKind } from '../note.ts';

export const chineseNotes: readonly NoteKind[] = [
  {
    name: 'discharge',
    category: 'clinical',
    lines: [
      ['出院记录', '{hospital}出院小结', '{hospital}　内科　出院记录'],
      ['病案号：{record}'],
      [
        '姓名：{name}　性别：{m?男:女}　年龄：{age}',
        '患者：{name}，{m?男:女}，{birth}出生',
        '姓名：{name}，出生日期：{birth}',
      ],
      ['住址：{city}{address}，邮编{postcode}', '家庭住址：{city}{address}　邮编：{postcode}', ''],
      ['联系电话：{phone}', '电话：{phone}；邮箱：{email}', ''],
      ['入院日期：{date}　出院日期：{date2}', '{date}入住{ward}，{date2}出院。'],
      [''],
      [
        '患者{name}，{age}，因“{complaint}”[入院|由门诊收入院]。既往：{history}。',
        '患者因{complaint}三天，于{date}来院，既往{history}。',
      ],
      ['入院查体：{obs}。{study}示：{finding}。', '查体：{obs}；辅助检查：{study}，{finding}。'],
      [
        '诊断：{diagnosis}。予{drug}、{drug}治疗，[好转|病情平稳]出院。',
        '入院后考虑{diagnosis}，给予{drug}。',
      ],
      [
        '其{relation}{relative}陪同，电话{phone}。',
        '患者由{hospital2}{doctor2}医师转来。',
        '患者在{employer}工作，建议休息至{date2}。',
        '',
      ],
      [
        '一周后到{hospital}门诊找{doctor}{title}医师复查，咨询电话{phoneOffice}。',
        '{date2}复诊，预约电话{phoneOffice}或发邮件至{emailOffice}。',
        '不适随诊。',
      ],
      ['医师签名：{doctor3}', '主治医师：{doctor3}　{date2}', '记录者：{doctor3}'],
    ],
  },
  {
    name: 'nursing',
    category: 'clinical',
    lines: [
      ['护理记录', '{hospital}护理记录单', '{ward}　护理记录'],
      ['病案号：{record}'],
      ['姓名：{name}　年龄：{age}', '患者{name}，{age}，{m?男:女}'],
      [''],
      [
        '{date} 08:00　{obs}。患者诉{complaint}，已报告{doctor}医师。',
        '{date}早班：{name}夜间睡眠[可|欠佳]，{obs}。',
      ],
      [
        '14:00　{relation}{relative}来探视，留电话{phone}。遵医嘱予{drug}。',
        '{date2}　{doctor}医师查房，继续{drug}，伤口[干燥|少量渗液]。',
      ],
      ['夜班：[安静入睡|间断入睡]，{obs}。', '', ''],
      [
        '拟于{date2}出院，回{city}{address}休养。',
        '拟{date2}转{hospital2}继续治疗，已通知家属{relative}（{phone}）。',
      ],
      ['护士：{doctor3}', '责任护士{doctor3}', '签名：{doctor3}'],
    ],
  },
  {
    name: 'radiology',
    category: 'clinical',
    lines: [
      ['影像检查报告', '{hospital}放射科检查报告单', '{hospital}影像科'],
      ['病案号：{record}'],
      ['姓名：{name}　性别：{m?男:女}　年龄：{age}', '{name}，{m?男:女}，{age}'],
      ['申请医师：{doctor}　申请科室：{ward}　检查日期：{date}', '送检：{doctor}，{date}'],
      [''],
      ['检查项目：{study}', '{study}（{date}）'],
      ['临床诊断：{diagnosis}待排。', '病史：{complaint}。'],
      [
        '影像所见：{finding}。[无既往片对比。|与{before}{hospital2}片比较，变化不大。]',
        '所见：{finding}，较{before}[相仿|略吸收]。',
      ],
      [
        '印象：考虑{diagnosis}，请结合临床。',
        '诊断意见：{diagnosis}。结果已电话告知{doctor2}医师（{phoneOffice}）。',
      ],
      ['报告医师：{doctor3}', '审核：{doctor3}　报告：{doctor2}', '报告者{doctor3}，{date}'],
    ],
  },
  {
    name: 'emergency',
    category: 'clinical',
    lines: [
      ['急诊病历', '{hospital}急诊科病历', '急诊记录　{hospital}'],
      ['病案号：{record}'],
      ['{name}，{m?男:女}，{age}，{date} 03:25由救护车送入', '姓名：{name}　出生：{birth}'],
      [
        '联系人：{relative}（{relation}）{phone}',
        '现住{city}{address}，邮编{postcode}',
        '家属{relative}，电话{phone}',
      ],
      [''],
      [
        '主诉：{complaint}。患者于[家中|{employer}上班时|前往{city2}途中]发病。既往史：{history}。',
        '因{complaint}自{date}起就诊，长期服用{drug}。',
      ],
      ['查体：{obs}。{study}：{finding}。', '体检：{obs}；急查{study}，{finding}。'],
      [
        '初步诊断：{diagnosis}。请{doctor2}医师会诊，收入{ward}。',
        '予{drug}后离院，如加重请拨{phoneOffice}，{date2}复诊。',
        '联系{hospital2}{doctor2}医师后转院。',
      ],
      ['接诊医师：{doctor3}', '医师：{doctor3}', '{doctor3}　{date}'],
    ],
  },
  {
    name: 'letter',
    category: 'bank',
    lines: [
      ['{bank}', '{bank}{city}支行', '{bank}（{city}{address}，邮编{postcode}）'],
      ['客户编号：{record}'],
      ['{cityHome}{addressHome}　邮编{postcodeHome}', '{postcodeHome}　{cityHome}{addressHome}'],
      ['尊敬的{name}{m?先生:女士}：', '{name}{m?先生:女士}，您好：'],
      [
        '您的账户{account}自{before}起透支{amount}，请于两周内补足。',
        '感谢您{before}光临我行，账户{account}已开立。',
        '您申请的{product}（{sum}）将从{account}按月扣款。',
      ],
      [
        '自{date}起，对账单将发送至{email}，如有误请致电{phoneOffice}。',
        '您的工作单位{employer}已于{before}确认相关信息。',
        '我行登记的联系方式为{phone}、{email}。',
        '',
      ],
      ['客户经理{doctor}，电话{phoneOffice}。', '如有疑问请联系{doctor}（{emailOffice}）。'],
      ['此致', '顺祝安好'],
      ['{bank}　{date}', '客户经理：{doctor}　{date}', '{doctor3}　{date}'],
    ],
  },
  {
    name: 'memo',
    category: 'bank',
    lines: [
      ['贷款调查报告', '{bank}信贷审查意见', '信贷备忘'],
      ['客户编号：{record}'],
      ['申请人：{name}，{age}', '借款人{name}，{birth}出生，住{cityHome}{addressHome}'],
      ['调查人：{doctor}　日期：{date}', '{city}支行　{doctor}　{date}'],
      [''],
      [
        '申请{product}，金额{sum}，工资账户{account}。',
        '拟办理{product}{sum}，还款账户{account}。',
      ],
      [
        '就职于{employer}，{before}入职，经{doctor2}电话核实（{phoneOffice}）。',
        '共同借款人为其{relation}{relative}，{age}。抵押物位于{city2}{address}。',
        '在{bank2}另有账户{account2}，无不良记录。',
      ],
      ['还款能力[充足|偏紧]。联系电话{phone}，材料由{email}发来。', ''],
      ['意见：[同意|不同意|提交审贷会]。{doctor}', '审批人：{doctor3}　{date}'],
    ],
  },
  {
    name: 'complaint',
    category: 'bank',
    lines: [
      ['投诉记录', '{bank}{city}支行投诉登记', '客户投诉单'],
      ['客户编号：{record}'],
      ['来电人：{name}，{phone}', '投诉人：{name}（{email}）', '{name}，{cityHome}'],
      ['受理时间：{date}　受理人：{doctor}', '{date}　{doctor}接听'],
      [''],
      [
        '{name}{m?先生:女士}反映{grievance}，涉及账户{account}。',
        '{name}留言：“在{bank}开户多年😡，{grievance}”，账户{account}。',
        '{before}客户{name}发现{grievance}，金额{amount}，账户{account}。',
      ],
      [
        '{before}曾向{city}支行{doctor2}反映，未获答复。',
        '委托其{relation}{relative}办理，电话{phone}。',
        '要求将{amount}退至{bank2}账户{account2}。',
      ],
      [
        '书面答复寄至{cityHome}{addressHome}，邮编{postcodeHome}。',
        '已转{emailOffice}，{date2}前办结。',
        '请于{date2}前回复至{email}。',
      ],
      ['{doctor}', '登记人：{doctor3}', '经办：{doctor3}'],
    ],
  },
];
