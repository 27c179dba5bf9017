// Small word lists for four languages. Two uses: a given name in a text makes the capitalized words behind
// it a name, and surrogates are drawn from them. They are short on purpose; a trained model does the rest.
// Names: most frequent of the national statistics offices (ONS, INE, Destatis circles, 公安部 2021).

export type Locale = 'en' | 'es' | 'de' | 'zh';

const words = (list: string): readonly string[] => list.split(' ');

export const GIVEN_NAMES: Readonly<Record<Locale, readonly string[]>> = {
  en: words(
    'Oliver George Harry Noah Jack Charlie Jacob Alfie Freddie Oscar James William Thomas Joshua Henry Samuel Daniel Edward Alexander Benjamin David Michael Robert Richard Peter Paul Stephen Andrew Olivia Amelia Emily Ava Lily Jessica Sophie Grace Ella Charlotte Evelyn Alice Florence Ruby Eleanor Margaret Susan Helen Janet Catherine Elizabeth Sarah Laura Anna Rachel Rebecca',
  ),
  es: words(
    'Antonio Manuel José Francisco David Juan Javier Daniel Carlos Jesús Alejandro Miguel Rafael Pedro Pablo Ángel Sergio Fernando Jorge Luis Alberto Álvaro Diego Adrián Raúl Enrique Ramón Vicente Andrés Óscar Iván Rubén Eduardo Santiago Alfonso Gonzalo Hugo María Carmen Ana Isabel Laura Cristina Marta Dolores Lucía Pilar Elena Sara Paula Raquel Concepción Beatriz Rosario Patricia Julia Mercedes Silvia Alba Irene Teresa Nuria Rocío Begoña Esther Inés Sonia Clara',
  ),
  de: words(
    'Peter Michael Thomas Andreas Wolfgang Klaus Jürgen Günter Stefan Christian Uwe Werner Horst Frank Dieter Manfred Gerhard Hans Bernd Martin Walter Matthias Rainer Helmut Lukas Jonas Felix Maria Ursula Monika Petra Elisabeth Sabine Renate Helga Karin Brigitte Ingrid Erika Andrea Gisela Claudia Susanne Gabriele Christa Christine Hildegard Anna Birgit Barbara Gertrud Heike Marianne Angelika Katharina Lena Leonie',
  ),
  zh: words(
    '伟 芳 娜 敏 静 丽 强 磊 军 洋 勇 艳 杰 娟 涛 明 超 秀英 霞 平 刚 桂英 文 辉 玲 桂兰 建国 建华 志强 秀兰 晓东 海燕 丹 萍 鹏 波 斌 宇 浩 雪 婷 慧 莉 峰 龙 飞 红 梅 琳 洁',
  ),
};

export const FAMILY_NAMES: Readonly<Record<Locale, readonly string[]>> = {
  en: words(
    'Smith Jones Taylor Brown Williams Wilson Johnson Davies Patel Robinson Wright Thompson Evans Walker White Roberts Green Hall Wood Jackson Clarke Harris Lewis Cooper Turner Hill Ward Baker Carter Morris Mitchell Bennett Parker Shaw Collins Murphy Kelly Bailey Richardson Marshall Webb Simpson Ellis Foster Chapman Mason Hunt Palmer Rogers Fisher',
  ),
  es: words(
    'García Rodríguez González Fernández López Martínez Sánchez Pérez Gómez Martín Jiménez Hernández Ruiz Díaz Moreno Muñoz Álvarez Romero Gutiérrez Alonso Navarro Torres Domínguez Ramos Vázquez Ramírez Gil Serrano Morales Molina Blanco Suárez Castro Ortega Delgado Ortiz Marín Rubio Núñez Medina Sanz Castillo Iglesias Cortés Garrido Santos Guerrero Lozano Cano Cruz',
  ),
  de: words(
    'Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Schmitt Werner Krause Meier Lehmann Köhler Herrmann König Walter Mayer Huber Kaiser Fuchs Peters Lang Scholz Möller Weiß Jung Hahn Schubert Vogel Friedrich Keller Günther',
  ),
  zh: words(
    '王 李 张 刘 陈 杨 黄 赵 吴 周 徐 孙 马 朱 胡 郭 何 林 高 罗 郑 梁 谢 宋 唐 许 邓 冯 韩 曹 曾 彭 萧 蔡 潘 田 董 袁 于 余 叶 蒋 杜 苏 魏 程 吕 丁 任 沈 姚 卢 姜 崔 钟 谭 陆 汪 范 金 石 廖 贾 夏 韦 付 方 白 邹 孟 熊 秦 邱 江 尹 薛 闫 段 雷 侯 龙 史 陶 黎 贺 顾 毛 郝 龚 邵 万 钱 严 覃 武 戴 莫 孔 向 汤 傅 凌 詹 鲁 温 岳 柳 葛 左 洪 安 常 施 倪 季 关 霍 翁 骆 褚 齐 柯 童 颜',
  ),
};

/** Han family names of two characters. */
export const DOUBLE_FAMILY_NAMES: readonly string[] = words(
  '欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 慕容 令狐 司徒 夏侯 端木 南宫',
);

/** Stand-ins; none is a place a letter could be sent to. */
export const TOWNS: Readonly<Record<Locale, readonly string[]>> = {
  en: [
    'Ashwick',
    'Brambleford',
    'Cawston',
    'Dunholme',
    'Elmbury',
    'Fernleigh',
    'Greyford',
    'Hartwell',
  ],
  es: [
    'Villanueva',
    'Robledal',
    'Fuenteclara',
    'Montealto',
    'Valdeoro',
    'Peñalta',
    'Riofrío',
    'Camposol',
  ],
  de: [
    'Neustadt',
    'Altendorf',
    'Waldheim',
    'Steinbach',
    'Birkenau',
    'Lindenberg',
    'Rosenthal',
    'Seefeld',
  ],
  zh: ['新安市', '东宁市', '南平县', '西河镇', '北山市', '长河县', '清源镇', '和平市'],
};

export const STREETS: Readonly<Record<Locale, readonly string[]>> = {
  en: ['Station Road', 'Church Lane', 'Mill Street', 'Park Avenue', 'High Street', 'Green Lane'],
  es: [
    'Calle Mayor',
    'Calle del Sol',
    'Avenida del Parque',
    'Plaza Nueva',
    'Paseo de la Fuente',
    'Calle Real',
  ],
  de: ['Hauptstraße', 'Gartenweg', 'Bahnhofstraße', 'Lindenallee', 'Schulstraße', 'Am Anger'],
  zh: ['人民路', '中山路', '解放路', '建设路', '和平路', '新华路'],
};

export const ORGANIZATIONS: Readonly<Record<Locale, readonly string[]>> = {
  en: [
    'Northgate Hospital',
    'Riverside Clinic',
    'Hilltop Hospital',
    'Meadow Bank',
    'Oakfield Centre',
  ],
  es: [
    'Hospital del Valle',
    'Clínica del Sur',
    'Hospital de la Sierra',
    'Centro de Salud Norte',
    'Banco del Río',
  ],
  de: [
    'Klinikum am Park',
    'Krankenhaus Nord',
    'Rehaklinik Seeblick',
    'Klinik am Wald',
    'Stadtbank',
  ],
  zh: ['第一人民医院', '中心医院', '和平医院', '康复医院', '人民银行支行'],
};

/** Countries and, for Spain, provinces, which stand in notes without any word that announces a place. */
export const PLACE_NAMES: readonly string[] = [
  ...'España|Francia|Portugal|Italia|Alemania|Marruecos|Argelia|Rumanía|Bulgaria|Ecuador|Colombia|Perú|Bolivia|Venezuela|Argentina|Chile|Uruguay|Paraguay|México|Cuba|República Dominicana|Honduras|Guatemala|Brasil|Estados Unidos|Reino Unido|Inglaterra|China|Japón|India|Pakistán|Senegal|Nigeria|Ghana|Guinea|Rusia|Ucrania|Polonia|Suiza|Bélgica|Holanda|Austria|Turquía|Grecia|Egipto|Siria'.split(
    '|',
  ),
  ...'Álava|Albacete|Alicante|Almería|Asturias|Ávila|Badajoz|Barcelona|Burgos|Cáceres|Cádiz|Cantabria|Castellón|Ciudad Real|Córdoba|Cuenca|Gerona|Girona|Granada|Guadalajara|Guipúzcoa|Gipuzkoa|Huelva|Huesca|Jaén|La Coruña|A Coruña|La Rioja|Las Palmas|Lérida|Lleida|Lugo|Madrid|Málaga|Melilla|Ceuta|Murcia|Navarra|Orense|Ourense|Palencia|Pontevedra|Salamanca|Santa Cruz de Tenerife|Segovia|Sevilla|Soria|Tarragona|Teruel|Toledo|Valencia|Valladolid|Vizcaya|Bizkaia|Zamora|Zaragoza|Pamplona|Bilbao|San Sebastián|Vigo|Gijón|Oviedo|Santander|Cartagena|Elche|Palma de Mallorca|Vitoria|Logroño|Santiago de Compostela|Andalucía|Aragón|Cataluña|Galicia|Extremadura|Canarias|Baleares|País Vasco|Castilla y León|Castilla-La Mancha|Comunidad Valenciana'.split(
    '|',
  ),
];
