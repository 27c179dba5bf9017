import type { NoteKind } from '../note.ts';

export const spanishNotes: readonly NoteKind[] = [
  {
    name: 'discharge',
    category: 'clinical',
    lines: [
      [
        'INFORME DE ALTA',
        '{hospital}. Informe de alta hospitalaria',
        '{hospital} - Servicio de Medicina Interna',
      ],
      ['NHC: {record}'],
      [
        'Paciente: {name}',
        'Nombre y apellidos: {name}. Fecha de nacimiento: {birth}',
        'Paciente: {name}   F. nac.: {birth}',
      ],
      ['Domicilio: {address}. {postcode} {city}', 'Dirección: {address}, {city} ({postcode})', ''],
      ['Teléfono: {phone}', 'Contacto: {phone}, {email}', ''],
      ['Ingreso: {date}. Alta: {date2}', 'Fecha de ingreso {date}; fecha de alta {date2}; {ward}.'],
      [''],
      [
        '{m?Varón:Mujer} de {age} con antecedentes de {history} que [acude|ingresa] por {complaint}.',
        '{m?D.:D.ª} {short}, de {age}, consulta por {complaint}. Antecedentes: {history}.',
        'Paciente de {age}, natural de {city2}, {history}, que refiere {complaint} desde el {date}.',
      ],
      [
        'A la exploración: {obs}. {study}: {finding}.',
        'En urgencias {obs}; las pruebas muestran {finding}.',
      ],
      [
        'Se [inicia|pauta] {drug} y {drug}, con [buena evolución|mejoría progresiva]. Diagnóstico principal: {diagnosis}.',
        'Juicio clínico: {diagnosis}. Tratamiento al alta: {drug}; {drug}.',
      ],
      [
        'Se [informó|avisó] a su {relation}, {relative}, el {date2} en el teléfono {phone}.',
        'Procede de {hospital2}, donde fue {m?valorado:valorada} por {title} {doctor2}.',
        'Trabaja en {employer}; baja laboral hasta el {date2}.',
        '',
      ],
      [
        'Revisión en consultas de {hospital} con {title} {doctor}. Citas: {phoneOffice}.',
        'Control por su médico de {city}, {title} {doctor}, en una semana.',
        'Cualquier duda en {emailOffice} o en el {phoneOffice}.',
      ],
      [
        'Fdo.: {title} {doctor3}',
        '{title} {doctor3}. {city}, {date2}',
        '{doctor3}, médico adjunto',
      ],
    ],
  },
  {
    name: 'nursing',
    category: 'clinical',
    lines: [
      [
        'EVOLUTIVO DE ENFERMERÍA',
        'Notas de enfermería - {ward}',
        'Registro de enfermería. {hospital}',
      ],
      ['NHC: {record}'],
      ['{name}, {age}', 'Paciente {name}', 'Nombre: {name}. Edad: {age}'],
      [''],
      [
        '{date} turno de mañana: {short} [ha descansado|refiere mala noche]. {obs}. Tolera dieta.',
        'Mañana ({date}): constantes {obs}. Se queja de {complaint}, avisada {title} {doctorShort}.',
      ],
      [
        'Tarde: visita de su {relation} {relative} (tel. {phone}). Se administra {drug}.',
        '{date2} tarde: {title} {doctor} pasa visita, mantiene {drug}. Cura [limpia|sin signos de infección].',
        'Se llama a {relative}, {relation}, al {phone}: traerá la medicación de casa.',
      ],
      ['Noche: tranquila, {obs}.', 'Noche: [precisa analgesia|duerme a ratos]. {drug}.', ''],
      [
        'Alta prevista el {date2} a su domicilio, {address}, {city}. Avisada enfermera de enlace.',
        'Pendiente de traslado a {hospital2} el {date2}.',
      ],
      ['DUE {doctor3}', 'Enf.: {doctor3}', '{doctor3} / {doctor2}'],
    ],
  },
  {
    name: 'radiology',
    category: 'clinical',
    lines: [
      [
        'INFORME RADIOLÓGICO',
        '{hospital}. Servicio de Radiodiagnóstico',
        'Diagnóstico por imagen - {hospital}',
      ],
      ['NHC: {record}'],
      ['Paciente: {name}. F. nacimiento: {birth}', '{name} ({age})', 'Apellidos y nombre: {name}'],
      [
        'Solicitante: {title} {doctor}, {ward}. Fecha: {date}',
        'Petición de {title} {doctor} de {date}',
      ],
      [''],
      ['Exploración: {study}', '{study}, {date}'],
      ['Datos clínicos: {complaint}.', 'Motivo: {m?varón:mujer} de {age} con {complaint}.'],
      [
        'Hallazgos: {finding}. [Sin estudios previos.|Comparado con estudio de {before} de {hospital2}.]',
        'Hallazgos: {finding}, [sin cambios|con leve mejoría] respecto a {before}.',
      ],
      [
        'Conclusión: {diagnosis}. Comunicado a {title} {doctorShort} ({phoneOffice}).',
        'Impresión: compatible con {diagnosis}.',
      ],
      ['{title} {doctor3}', 'Informado por {doctor3} el {date}', 'Fdo. {doctor3}, radiólogo'],
    ],
  },
  {
    name: 'emergency',
    category: 'clinical',
    lines: [
      [
        'URGENCIAS - {hospital}',
        'INFORME DE URGENCIAS',
        'Servicio de Urgencias, {hospital}, {city}',
      ],
      ['NHC: {record}'],
      [
        'Nombre: {name}. Edad: {age}. Llegada: {date} 03:25',
        '{name}, nacid{m?o:a} el {birth}',
        'Paciente {name}; acude el {date} en ambulancia',
      ],
      [
        'Familiar: {relative} ({relation}), {phone}',
        'Vive en {address}, {postcode} {city}',
        'Persona de contacto: {relative}, tfno. {phone}',
      ],
      [''],
      [
        'MC: {complaint}. {short} se encontraba [en casa|trabajando en {employer}|camino de {city2}] cuando comenzó el cuadro. AP: {history}.',
        'Consulta por {complaint} desde el {date}. {history}. Toma {drug}.',
      ],
      ['EF: {obs}. {study}: {finding}.', 'Exploración: {obs}. Se solicita {study}: {finding}.'],
      [
        'JC: {diagnosis}. Se comenta con {title} {doctor2}, ingresa en {ward}.',
        'Alta a domicilio con {drug}. Si empeora llamar al {phoneOffice}. Revisión {date2}.',
        'Traslado a {hospital2}, acepta {title} {doctorShort}.',
      ],
      ['{title} {doctor3}, urgencias', 'Atendid{m?o:a} por {doctor3}', 'Fdo.: {doctor3}'],
    ],
  },
  {
    name: 'letter',
    category: 'bank',
    lines: [
      ['{bank}', '{bank}, oficina de {city}', '{bank} - {address}, {postcode} {city}'],
      ['N.º de cliente: {record}'],
      ['{m?D.:D.ª} {name}', '{name}'],
      ['{addressHome}', '{addressHome}'],
      ['{postcodeHome} {cityHome}', '{postcodeHome}, {cityHome}'],
      ['{city}, {date}', '{date}'],
      [''],
      ['Estimad{m?o:a} {m?Sr.:Sra.} {surname}:', 'Estimad{m?o:a} cliente:'],
      [
        'Su cuenta {account} presenta desde el {before} un descubierto de {amount}. Le rogamos lo regularice en quince días.',
        'Le confirmamos la apertura de la cuenta {account} y la concesión de {product} por {sum}.',
        'En relación con {product}, la primera cuota se cargará el {date2} en {account}.',
      ],
      [
        'A partir del {date} recibirá los extractos en {email}. Si no es correcto, llame al {phoneOffice}.',
        'Su empresa, {employer}, ha confirmado la domiciliación de la nómina.',
        'Sus datos de contacto: {phone} y {email}.',
        '',
      ],
      [
        'Su gestor, {doctor}, le atenderá en el {phoneOffice} o en {emailOffice}.',
        'Pregunte por {doctor} en nuestra oficina de {city}.',
      ],
      ['Atentamente,', 'Reciba un cordial saludo.'],
      ['{doctor}', '{doctor}, gestor de clientes', 'P. O. {doctor3}, {bank}'],
    ],
  },
  {
    name: 'memo',
    category: 'bank',
    lines: [
      ['PROPUESTA DE RIESGO', 'Informe de crédito - {bank}', 'Nota interna de riesgos'],
      ['N.º de cliente: {record}'],
      [
        'Solicitante: {name}, {age}',
        'Titular {name}, nacid{m?o:a} el {birth}',
        'Solicitante {name}, {addressHome}, {cityHome}',
      ],
      ['Elaborado por {doctor}, {date}', 'Analista: {doctor}. Oficina {city}. {date}'],
      [''],
      [
        'Solicita {product} por {sum}. Cuenta de nómina {account}.',
        'Operación: {product}, {sum}; cargo en {account}.',
      ],
      [
        'Trabaja en {employer} desde {before}; confirmado por teléfono con {doctor2} ({phoneOffice}).',
        'Avala su {relation}, {relative}, de {age}, con vivienda en {address}, {city2}.',
        'Mantiene otra cuenta en {bank2}: {account2}. Sin incidencias.',
      ],
      [
        'Capacidad de pago [suficiente|ajustada]. Localizad{m?o:a} en {phone}; envía nóminas desde {email}.',
        '',
      ],
      ['Propuesta: [conceder|denegar|elevar a comité]. {doctor}', 'Aprobado el {date}: {doctor3}'],
    ],
  },
  {
    name: 'complaint',
    category: 'bank',
    lines: [
      ['HOJA DE RECLAMACIÓN', 'Reclamación - {bank}, {city}', 'Atención al cliente: reclamación'],
      ['N.º de cliente: {record}'],
      ['Reclamante: {name}, tel. {phone}', 'De: {name} ({email})', '{name}, {cityHome}'],
      ['Recogida el {date} por {doctor}', 'Recibe: {doctor}. {date}'],
      [''],
      [
        '{m?El Sr.:La Sra.} {surname} manifiesta que {grievance}. Cuenta {account}.',
        'Escribe {short}: «Llevo desde {before} con {bank} y así me tratan 😡». Motivo: {grievance}.',
        'El {before} {short} comprobó que {grievance}; importe {amount}, cuenta {account}.',
      ],
      [
        'Ya habló con {doctor2} en la oficina de {city} el {before} sin respuesta.',
        'Actúa en su nombre su {relation} {relative}, teléfono {phone}.',
        'Pide que se abonen {amount} en {account2} de {bank2}.',
      ],
      [
        'Se responderá por escrito a {addressHome}, {postcodeHome} {cityHome}.',
        'Trasladada a {emailOffice}. Plazo: {date2}.',
        'Contestar a {email} antes del {date2}.',
      ],
      ['{doctor}', 'Registrado por {doctor3}', 'Vº Bº {doctor3}'],
    ],
  },
];
