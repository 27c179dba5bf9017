import type { NoteKind } from '../note.ts';

export const englishNotes: readonly NoteKind[] = [
  {
    name: 'discharge',
    category: 'clinical',
    lines: [
      [
        '{hospital} - Discharge summary',
        'DISCHARGE LETTER',
        '{hospital}, {city}. Department of General Medicine',
      ],
      ['MRN: {record}'],
      ['Patient: {name}   DOB: {birth}', 'Name: {name}', 'Re: {name}, born {birth}'],
      ['Address: {address}, {city}, {postcode}', 'Address: {address}, {city} {postcode}', ''],
      ['Tel: {phone}', 'Contact: {phone} / {email}', ''],
      [
        'Admitted {date}, discharged {date2} from {ward}.',
        'Admission: {date}  Discharge: {date2}',
        'Inpatient on {ward} from {date} to {date2}.',
      ],
      [''],
      ['Dear {title} {doctor},', 'Dear colleague,', 'Dear {title} {doctorSurname},'],
      [
        'Thank you for [referring|sending us] this {ageAdj} {m?gentleman:lady} with {complaint}. {m?He:She} [has a history of|is known for] {history}.',
        '{m?Mr:Mrs} {surname}, {age}, [presented|came to us] with {complaint}. Past history: {history}.',
        'We [reviewed|looked after] {m?Mr:Ms} {surname} ({age}) who was [brought in|admitted] with {complaint} on a background of {history}.',
      ],
      [
        'Observations on arrival: {obs}. Investigations [pointed to|confirmed] {diagnosis}.',
        '[Initial work-up|Blood tests and imaging] showed {finding}; we treated for {diagnosis}.',
        'The final diagnosis was {diagnosis}. On arrival {obs}.',
      ],
      [
        '{m?He:She} was started on {drug} and {drug}. {m?His:Her} {relation}, {relative}, [was present|collected {m?him:her}] on the day of discharge.',
        'Treatment: {drug}; {drug}. {m?Mr:Mrs} {surname} went home with {m?his:her} {relation} {relative}.',
        'Medication on discharge: {drug}, {drug}.',
      ],
      [
        'Transferred from {hospital2} on {date}, where {title} {doctor2} had [seen {m?him:her}|begun treatment].',
        '{m?He:She} works for {employer} and may return to work on {date2}.',
        '',
        '',
      ],
      [
        'Follow-up in [two|four|six] weeks with {title} {doctor} at {hospital}. Questions: {phoneOffice}.',
        'Please repeat U&Es in one week. Clinic on {date2}; to change it ring {phoneOffice} or write to {emailOffice}.',
        'No follow-up arranged. {m?He:She} may contact the ward on {phoneOffice}.',
      ],
      ['Yours sincerely,', 'With kind regards', ''],
      [
        '{title} {doctor3}, Consultant Physician',
        '{doctor3}',
        'Signed: {title} {doctor3}, {date2}',
      ],
    ],
  },
  {
    name: 'nursing',
    category: 'clinical',
    lines: [
      ['Nursing record, {ward}', 'NURSING NOTES', 'Care notes - {hospital}'],
      ['MRN: {record}'],
      ['Pt: {name} ({age})', 'Patient {name}', 'Name {name}  Age {age}'],
      [''],
      [
        '{date} 07:40 {short} slept [well|poorly]. {obs}. Breakfast taken, mobilised to the chair.',
        '{date}, early shift. {obs}. {short} complains of {complaint}, doctor informed.',
        'Early: {short} comfortable, {obs}. Dressing [changed|dry and intact].',
      ],
      [
        '14:10 {relation} {relative} visited and asks to be rung on {phone} before any transfer.',
        'Late: seen on the round by {title} {doctor}. Plan: {drug}, bloods tomorrow.',
        '{date2} 13:15 {title} {doctorShort} reviewed, {diagnosis} likely. Family ({relative}, {relation}, {phone}) updated.',
      ],
      [
        'Night: [settled|unsettled until 02:00], {obs}. Given {drug}.',
        '22:30 refused tea, [drank 200 ml|fluids pushed]. Call bell in reach.',
        '',
      ],
      [
        'Discharge planned for {date2} to {address}, {city} {postcode}. Key safe, district nurse booked.',
        'Social worker to ring {relative} on {phone} re package of care.',
        'Property list signed by {short}. Glasses and hearing aid with {m?him:her}.',
      ],
      [
        'RN {doctor3}',
        'Signed {doctor3}, staff nurse',
        '{doctor3} (student), countersigned {doctor2}',
      ],
    ],
  },
  {
    name: 'radiology',
    category: 'clinical',
    lines: [
      ['{hospital} - Department of Radiology', 'RADIOLOGY REPORT', 'Imaging report, {hospital}'],
      ['MRN: {record}'],
      [
        '{name}  {birth}  {m?M:F}',
        'Patient: {name}, {age}',
        'Name: {name}. Date of birth: {birth}',
      ],
      ['Exam date: {date}. Referrer: {title} {doctor}', 'Requested by {doctor}, {ward}, {date}'],
      [''],
      ['Examination: {study}', '{study} of {date}'],
      ['Clinical details: {age}, {complaint}.', 'Indication: {complaint}, {history}.'],
      [
        'Findings: There is {finding}. [No comparison available.|Comparison: film of {before} from {hospital2}.]',
        'Report: {finding}. Compared with the study of {before}, [unchanged|slightly improved].',
      ],
      [
        'Conclusion: in keeping with {diagnosis}. Result phoned to {title} {doctorShort} on {phoneOffice} at 16:20.',
        'Impression: {diagnosis} [cannot be excluded|is likely]. Suggest review in clinic.',
      ],
      [
        'Reported by {doctor3}, {date}',
        '{title} {doctor3}, Consultant Radiologist',
        'Electronically verified: {doctor3}',
      ],
    ],
  },
  {
    name: 'emergency',
    category: 'clinical',
    lines: [
      ['EMERGENCY DEPARTMENT - {hospital}', 'ED record', 'A&E attendance, {hospital}, {city}'],
      ['MRN: {record}'],
      [
        '{name}, {age}, arrived {date} 03:25 by ambulance',
        'Name: {name}  DOB {birth}',
        'Patient: {name}. Arrival {date}, own transport.',
      ],
      [
        'NOK: {relative} ({relation}) {phone}',
        'Next of kin {relative}, tel. {phone}',
        'Lives alone at {address}, {city}. {postcode}',
      ],
      ['GP: {title} {doctor}, {city}', '', ''],
      [''],
      [
        'PC: {complaint}. HPC: {short} was [at home|at work at {employer}|on the bus to {city2}] when symptoms began. PMH {history}.',
        'Presents with {complaint} since {date}. {history}. Medication {drug}.',
        '{ageAdj} {m?man:woman} found by {m?his:her} {relation} at {address}. Complains of {complaint}.',
      ],
      ['O/E {obs}. {study}: {finding}.', 'Exam: {obs}. Bloods sent. {study} shows {finding}.'],
      [
        'Imp: {diagnosis}. Given {drug}. Discussed with {title} {doctor2}, accepted to {ward}.',
        'Plan: {drug}, home with advice. {short} to ring {phoneOffice} if worse. Return {date2}.',
        'Referred to {hospital2} ({title} {doctorShort} accepting, {phoneOffice}).',
      ],
      ['{doctor3}, ST4', 'Dr {doctor3}', 'Seen by {doctor3} {date}'],
    ],
  },
  {
    name: 'letter',
    category: 'bank',
    lines: [
      ['{bank}, {address}, {city} {postcode}', '{bank} - {city} branch', '{bank}'],
      ['Customer no.: {record}'],
      ['{name}', '{m?Mr:Mrs} {name}'],
      ['{addressHome}', '{addressHome}, {cityHome}'],
      ['{cityHome} {postcodeHome}', '{postcodeHome} {cityHome}'],
      ['{date}', '{city}, {date}', 'Date: {date}'],
      [''],
      ['Dear {m?Mr:Ms} {surname},', 'Dear {name},'],
      [
        'Your account {account} has been overdrawn by {amount} since {before}. Please [bring it into credit|call us] within fourteen days.',
        'Thank you for [your visit on {before}|your application for {product}]. We have opened account {account} in your name.',
        'We are writing about {product} over {sum}, repaid from {account}.',
      ],
      [
        'Your employer, {employer}, has confirmed [your salary|the details] on {before}. The first instalment is due on {date}.',
        'From {date} the statement will go to {email}. If this address is wrong, ring {phoneOffice}.',
        'We hold {phone} and {email} as your contact details.',
        '',
      ],
      [
        'Your adviser {doctor} is there for you on {phoneOffice} or at {emailOffice}.',
        'Please ask for {doctor} at our {city} branch, telephone {phoneOffice}.',
      ],
      ['Yours sincerely', 'Kind regards,'],
      ['{doctor}', '{doctor}, Customer Adviser', 'p.p. {doctor3}, {bank}'],
    ],
  },
  {
    name: 'memo',
    category: 'bank',
    lines: [
      ['LOAN MEMO - confidential', 'Credit memorandum, {bank}', 'Credit file note'],
      ['Customer no.: {record}'],
      [
        'Applicant: {name}, born {birth}',
        'Borrower {name} ({age})',
        'Applicant {name}, {addressHome}, {cityHome} {postcodeHome}',
      ],
      ['Prepared by {doctor} on {date}', 'Officer: {doctor}, {city} branch, {date}'],
      [''],
      [
        'Request: {product}, {sum}. Salary account {account}, [in good order since {before}|one returned payment on {before}].',
        '{short} asks for {product} of {sum}. Existing account: {account}.',
      ],
      [
        'Employed by {employer} since {before}, confirmed by telephone ({phoneOffice}, {doctor2}).',
        'Income from {employer}; second applicant is the {relation}, {relative}, {age}.',
        'Reference obtained from {bank2}, account {account2}, no arrears.',
      ],
      [
        'Affordability [is given|is tight]. {short} was reached on {phone} and sent payslips from {email}.',
        'Security: house at {address}, {city2}, valued {before}.',
        '',
      ],
      [
        'Recommendation: [approve|decline|refer to head office]. {doctor}',
        'Approved {date}: {doctor3}',
      ],
    ],
  },
  {
    name: 'complaint',
    category: 'bank',
    lines: [
      ['Complaint note', 'COMPLAINT - {bank}, {city}', 'Customer complaint, taken by telephone'],
      ['Customer no.: {record}'],
      ['Caller: {name}, {phone}', 'From: {name} <{email}>', 'Complainant {name}, {cityHome}'],
      ['Received {date} by {doctor}', 'Taken on {date}, {doctor}'],
      [''],
      [
        '{m?Mr:Mrs} {surname} says that {grievance}. [Account|The account concerned is] {account}.',
        'The {ageAdj} customer reports that {grievance}, first on {before}. Account {account}, amount {amount}.',
        'On {before} {short} noticed that {grievance}.',
        '{short} writes: "I have been with {bank} since {before} and this is how you treat me 😡", because {grievance}.',
      ],
      [
        '{m?He:She} had already spoken to {doctor2} at the {city} branch on {before} and was [promised a call|told to wait].',
        '{m?His:Her} {relation} {relative} holds a power of attorney and can be reached on {phone}.',
        'Wants the refund of {amount} paid to {account2} at {bank2}.',
      ],
      [
        'Action: goodwill payment of {amount}, letter to {addressHome}, {postcodeHome} {cityHome}.',
        'Passed to complaints team ({emailOffice}). Deadline {date}.',
        'Answer by e-mail to {email} until {date2}; no calls before noon.',
      ],
      ['{doctor}', 'Logged by {doctor3}', 'Noted: {doctor3}, {phoneOffice}'],
    ],
  },
];
